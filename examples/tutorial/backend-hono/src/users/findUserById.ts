import { demoUsers } from "./demoUsers.ts";
import type { User } from "./User.ts";

export function findUserById(id: string): User | undefined {
  return demoUsers.find((user) => user.id === id);
}

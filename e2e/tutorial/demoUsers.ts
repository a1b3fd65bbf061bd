export interface DemoUser {
  readonly email: string;
  readonly password: string;
}

export const john: DemoUser = { email: "john.doe@example.com", password: "password123" };
export const sergio: DemoUser = { email: "sergio_mq@example.com", password: "very_secure_password" };

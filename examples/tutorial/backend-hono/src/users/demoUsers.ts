import type { User } from "./User.ts";

/** Who can log in; stands for the app's own table of users. */
export const demoUsers: readonly User[] = [
  {
    id: "5cf9ee9f-1f6e-4b1c-9d8e-6a5f5b0d6a01",
    email: "john.doe@example.com",
    passwordHash: "$argon2id$v=19$m=19456,t=2,p=1$I9+pIvPY9eETJvnNIEDXTQ$K/NSKtBt6C1sCSG2NNbAXcqYymlZekBoGeY4ZssTH2k",
  },
  {
    id: "b1c2b5a4-0d5c-4a63-8f0e-3f4a9d1c7e02",
    email: "sergio_mq@example.com",
    passwordHash: "$argon2id$v=19$m=19456,t=2,p=1$sd4dVwC1uMdwBAQnzQQgPA$LsG7+uPeWJXuqpbl0q3EhDmNHfLDqjGju8IOHI1VN34",
  },
  {
    id: "e7a0c9d3-62f4-4c0b-b7a5-92d8f16b4c03",
    email: "ab@g.com",
    passwordHash: "$argon2id$v=19$m=19456,t=2,p=1$4yPG//FKwtDfu4ZJ6bWF7Q$HuxhS88mNHA67lprzFtW+VveT1EsF7NVo9PogPPSXSk",
  },
];

import type { paths } from "./schema";

type Base = "/console/api";
type Method = "get" | "post" | "put" | "patch" | "delete";

type Json<Content> = Content extends { "application/json": infer Body } ? Body : unknown;

// Of the described answers only those that went well; 204 has no body.
type Answer<Responses> =
  Responses extends Record<200, { content: infer Content }>
    ? Json<Content>
    : Responses extends Record<201, { content: infer Content }>
      ? Json<Content>
      : Responses extends Record<204, unknown>
        ? void
        : unknown;

// An operation without a body has it as `requestBody?: never`.
type BodyOf<Operation> = Operation extends { requestBody?: infer Body }
  ? [NonNullable<Body>] extends [never]
    ? unknown
    : NonNullable<Body> extends { content: infer Content }
      ? { body: Json<Content> }
      : unknown
  : unknown;
// What is undefined isn't sent. A list may hold more than this page knows of: it is what somebody's address says.
type Parameters<Asked> = {
  [Name in keyof Asked]?: NonNullable<Asked[Name]> extends readonly string[]
    ? readonly string[] | undefined
    : Asked[Name] | undefined;
};

type QueryOf<Operation> = Operation extends { parameters: { query?: infer Asked } }
  ? [Asked] extends [never | undefined]
    ? unknown
    : { query: Parameters<NonNullable<Asked>> }
  : unknown;

type Described = {
  [Path in keyof paths as Path extends `${Base}${string}` ? Path : never]: {
    [M in Method as paths[Path][M] extends { responses: unknown } ? M : never]: paths[Path][M];
  };
};

type Name = {
  [Path in keyof Described]: Path extends `${Base}${infer Rest}`
    ? keyof Described[Path] extends infer M extends Method
      ? `${Uppercase<M>} ${Rest}`
      : never
    : never;
}[keyof Described];

type OperationOf<Endpoint> = Endpoint extends `${infer M} ${infer Rest}`
  ? `${Base}${Rest}` extends infer Path extends keyof paths
    ? Lowercase<M> extends infer Verb extends keyof paths[Path]
      ? paths[Path][Verb]
      : never
    : never
  : never;

/** What each endpoint takes and answers, by its method and path below `/console/api`: as the document says. */
export type Endpoints = {
  [Endpoint in Name]: BodyOf<OperationOf<Endpoint>> &
    QueryOf<OperationOf<Endpoint>> & {
      response: OperationOf<Endpoint> extends { responses: infer Responses } ? Answer<Responses> : never;
    };
};

/** Parameters of a query: an array is given as often as it is long. */
export type Query = Readonly<Record<string, string | number | readonly string[] | undefined>>;

/**
 * Facts of a log line or an event: a record whose keys are in lower case (`session_id`), as far as
 * the compiler knows them. Use as `facts: T & SnakeCase<T>`.
 */
export type SnakeCase<T> = {
  [K in keyof T]: K extends string ? string extends K ? T[K] : K extends Lowercase<K> ? T[K] : never
    : never;
};

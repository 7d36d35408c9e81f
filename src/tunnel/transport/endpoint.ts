/** A host and a TCP port. */
export interface Endpoint {
  host: string;
  port: number;
}

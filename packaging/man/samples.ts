/** The shortest configurations of both modes: examples in the manual, and where tests begin. */

export const SERVER_SAMPLE = `mode = "server"
[interface]
name = "wan0"
[tunnel]
listen = "192.0.2.2:8443"
certificate = "server.crt"
key = "server.key"
[[clients]]
name = "branch-1"
secret_file = "branch-1.secret"
`;

export const CLIENT_SAMPLE = `mode = "client"
[interface]
name = "lan0"
[tunnel]
connect = "192.0.2.2:8443"
server_certificate = "server.crt"
name = "branch-1"
secret_file = "branch-1.secret"
`;

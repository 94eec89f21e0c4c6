/**
 * A certificate of 127.0.0.1 until 2126, its key, and the authority that nobody trusts by itself.
 *
 * ```sh
 * openssl ecparam -name prime256v1 -genkey -noout -out ca.key
 * openssl req -x509 -new -key ca.key -days 36500 -subj "/CN=Nereid test authority" -out ca.pem \\
 *   -addext "basicConstraints=critical,CA:TRUE"
 * openssl ecparam -name prime256v1 -genkey -noout | openssl pkcs8 -topk8 -nocrypt -out leaf.key
 * openssl req -new -key leaf.key -subj "/CN=127.0.0.1" -out leaf.csr
 * openssl x509 -req -in leaf.csr -CA ca.pem -CAkey ca.key -CAcreateserial -days 36500 -out leaf.pem \\
 *   -extfile <(printf "subjectAltName=IP:127.0.0.1\\nextendedKeyUsage=serverAuth")
 * ```
 *
 * @module
 */

export const authority: string = `-----BEGIN CERTIFICATE-----
MIIBljCCAT2gAwIBAgIUJ2cT4VQAzqvjcpTHxATFulU5/aYwCgYIKoZIzj0EAwIw
IDEeMBwGA1UEAwwVTmVyZWlkIHRlc3QgYXV0aG9yaXR5MCAXDTI2MTEyNTE1NDg0
M1oYDzIxMjYxMTAxMTU0ODQzWjAgMR4wHAYDVQQDDBVOZXJlaWQgdGVzdCBhdXRo
b3JpdHkwWTATBgcqhkjOPQIBBggqhkjOPQMBBwNCAATuWVezIsG1sVJqpOHmbdr3
G7m0xcR8z3WN58lSdH7Cv6ctWSWFfIfNIaEZdi6jJQmn8iIJHkuBu8WFwc/r2nT3
o1MwUTAdBgNVHQ4EFgQUVWb1a7Oo3VmmSQ6DBwwAx/4NN8wwHwYDVR0jBBgwFoAU
VWb1a7Oo3VmmSQ6DBwwAx/4NN8wwDwYDVR0TAQH/BAUwAwEB/zAKBggqhkjOPQQD
AgNHADBEAiAJ8mpiTjEw23wpGiXalczGWSvgzzIPI+FbskFfd7IqGgIgL0KrI7wv
xw41qe8qVvwCToywKJzDrPaEendQTAmrPFI=
-----END CERTIFICATE-----
`;

export const certificate: string = `-----BEGIN CERTIFICATE-----
MIIBqzCCAVGgAwIBAgIUJb+mgCITf0LSGLyYalVrk9gIScMwCgYIKoZIzj0EAwIw
IDEeMBwGA1UEAwwVTmVyZWlkIHRlc3QgYXV0aG9yaXR5MCAXDTI2MTEyNTE1NDg0
M1oYDzIxMjYxMTAxMTU0ODQzWjAUMRIwEAYDVQQDDAkxMjcuMC4wLjEwWTATBgcq
hkjOPQIBBggqhkjOPQMBBwNCAAR1TpQnpS2SkFaWrg0fUp9fUW0havTe7uZDa2p7
g+o/dILB18F0DEvQkBrghl9+NSlcNAC5JjPOSakS7VACCilSo3MwcTAPBgNVHREE
CDAGhwR/AAABMAkGA1UdEwQCMAAwEwYDVR0lBAwwCgYIKwYBBQUHAwEwHQYDVR0O
BBYEFJnRnZKYxZ5xrtLqAJxmL6rH3U4YMB8GA1UdIwQYMBaAFFVm9WuzqN1ZpkkO
gwcMAMf+DTfMMAoGCCqGSM49BAMCA0gAMEUCIQCHIK6hiMjaRbcMxBMbIZDqp34h
NVLAotorENE9m+ou7AIgA/WpHSzzNHfnnEak6IXlzDg1Ghc6r8u3L7KBap0ASmo=
-----END CERTIFICATE-----
`;

export const key: string = `-----BEGIN PRIVATE KEY-----
MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQga+KcO5+0s8wskjWG
yJUnXMcr/78YpZ34E1el7CV8uP+hRANCAAR1TpQnpS2SkFaWrg0fUp9fUW0havTe
7uZDa2p7g+o/dILB18F0DEvQkBrghl9+NSlcNAC5JjPOSakS7VACCilS
-----END PRIVATE KEY-----
`;

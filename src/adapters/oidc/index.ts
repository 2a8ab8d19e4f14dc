// The door of the adapter of identity providers.
export type { OidcLogin, OidcPort, OidcProof } from './port.ts';
export { createOidcClient, type OidcClientConfig } from './client.ts';
export { startOidcSimulator, type OidcLie, type OidcSimulator } from './simulator.ts';

// The door of the scanner adapter.
export { OutcomeUnknown, type ScannerPort } from './port.ts';
export { createClamdScanner, type ClamdAddress, type ClamdConfig } from './clamd.ts';
export { eicar, startClamdSimulator, type ClamdLie, type ClamdSimulator } from './simulator.ts';

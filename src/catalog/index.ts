// The door of the catalogue: the language, the roles, and what is published. Runs in a browser.

export * from './define.ts';
export * from './roles.ts';

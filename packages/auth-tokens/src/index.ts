/** Access tokens and password hashes. */
export * from './passwords.js';
export * from './tokens.js';

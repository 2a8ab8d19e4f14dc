// The door of the synthetic city: make it from a seed, load it into a database.

export { loadCity, type Loaded, type LoadOptions } from './load.ts';
export { makeCity, type City, type CityOptions } from './make.ts';
export type { Rider } from './population.ts';
export type { DemoAccount } from './staff.ts';
export type { PaidOrder } from './written.ts';

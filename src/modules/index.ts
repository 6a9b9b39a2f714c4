// Every security module, in the order of the design. One line each.
import type { Module } from '../facts/module.ts';

export const modules: readonly Module[] = [];

import { entry } from './entry.ts';
import { keys } from './keys.ts';
import { profile } from './profile.ts';
import { secondFactors } from './second-factors.ts';
import { sessions } from './sessions.ts';

export const accountRoutes = [...entry, ...sessions, ...secondFactors, ...profile, ...keys];

import { content } from './content.ts';
import { feeds } from './feeds.ts';
import { people } from './people.ts';
import { pictures } from './pictures.ts';
import { sale } from './sale.ts';

export const propertyRoutes = [...content, ...sale, ...people, ...pictures, ...feeds];

import { defineRefusal } from '../kernel/errors.ts';

export const OpenBusiness = defineRefusal(
  'privacy.open_business',
  'conflict',
  'Something has to be settled before this account can be erased',
);
export const ExportNotFound = defineRefusal(
  'privacy.export_not_found',
  'not_found',
  'Ask for an export first',
);

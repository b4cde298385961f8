/** Who acts. Every verb decides by this alone; how the caller proved it is the door's business. */
export type Role = 'staff';

export const SCOPES = [
  'profile',
  'properties:read',
  'properties:write',
  'bookings:read',
  'bookings:write',
  'payments:write',
  'messages',
  'webhooks',
  'staff',
] as const;
export type Scope = (typeof SCOPES)[number];

export type Actor =
  | { readonly kind: 'anonymous' }
  | {
      readonly kind: 'session';
      readonly accountId: string;
      readonly sessionId: string;
      readonly isHost: boolean;
      readonly roles: readonly Role[];
      /** A second factor was shown in this session. */
      readonly mfa: boolean;
      /** When the person last proved who they are, not when the token was refreshed. */
      readonly authenticatedAt: number;
    }
  | {
      readonly kind: 'api_key';
      readonly accountId: string;
      readonly keyId: string;
      readonly isHost: boolean;
      readonly roles: readonly Role[];
      readonly scopes: readonly Scope[];
    }
  | { readonly kind: 'system'; readonly job: string };

export type UserActor = Extract<Actor, { accountId: string }>;
export type SessionActor = Extract<Actor, { kind: 'session' }>;

/** How the actor is named in logs and in the audit trail. */
export function actorId(actor: Actor): string | null {
  switch (actor.kind) {
    case 'anonymous':
      return null;
    case 'session':
    case 'api_key':
      return actor.accountId;
    case 'system':
      return actor.job;
  }
}

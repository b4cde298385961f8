import { endpoint } from '../../platform/endpoint.ts';
import { becomeHost } from '../become-host.ts';
import { changePassword } from '../change-password.ts';
import * as errors from '../errors.ts';
import { getMe } from '../get-me.ts';
import { getUser } from '../get-user.ts';
import * as schemas from '../schemas.ts';
import { toPublicUser, toUser } from '../to-user.ts';
import { updateMe } from '../update-me.ts';

const room = 'accounts';

export const profile = [
  endpoint({
    method: 'get',
    path: '/v1/me',
    operationId: 'getMe',
    room,
    summary: 'The account of the caller',
    access: 'profile',
    refusals: [errors.ScopeMissing, errors.AccountSuspended],
    status: 200,
    response: schemas.User,
    tagged: true,
    handle: (ctx) => getMe(ctx),
    reply: toUser,
  }),
  endpoint({
    method: 'patch',
    path: '/v1/me',
    operationId: 'updateMe',
    room,
    summary: 'Change the profile',
    access: 'profile',
    body: schemas.UpdateMeBody,
    refusals: [errors.ScopeMissing, errors.AccountSuspended],
    status: 200,
    response: schemas.User,
    tagged: true,
    handle: (ctx, { body }) => updateMe(ctx, body),
    reply: toUser,
  }),
  endpoint({
    method: 'post',
    path: '/v1/me/password',
    operationId: 'changePassword',
    room,
    summary: 'Change the password; ends all other sessions',
    access: 'session',
    body: schemas.ChangePasswordBody,
    refusals: [errors.Forbidden, errors.AccountSuspended, errors.InvalidCredentials, errors.TooManyAttempts],
    status: 204,
    handle: (ctx, { body }) => changePassword(ctx, body),
  }),
  endpoint({
    method: 'post',
    path: '/v1/me/host',
    operationId: 'becomeHost',
    room,
    summary: 'Become a host; the new tokens can be used as a host at once',
    access: 'session',
    body: schemas.EmptyBody,
    bodyOptional: true,
    refusals: [errors.Forbidden, errors.AccountSuspended],
    status: 200,
    response: schemas.Tokens,
    handle: (ctx) => becomeHost(ctx),
  }),
  endpoint({
    method: 'get',
    path: '/v1/users/{userId}',
    operationId: 'getUser',
    room,
    summary: 'The public profile of somebody',
    access: 'public',
    params: schemas.UserParams,
    refusals: [errors.AccountNotFound],
    status: 200,
    response: schemas.PublicUser,
    tagged: true,
    handle: (ctx, { params }) => getUser(ctx, params),
    reply: toPublicUser,
  }),
];

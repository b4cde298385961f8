import { type Api, expectStatus } from '../api.ts';
import type { DemoPlace } from './make-places.ts';

/** Makes a place the way its host would, through the API, and publishes it. The id of the new property. */
export async function plantPlace(
  api: Api,
  token: string,
  place: DemoPlace,
  pictures: number,
): Promise<string> {
  const made = await api('POST', '/v1/properties', { token, body: place.content });
  const { id } = expectStatus(made, 201);
  const at = `/v1/properties/${String(id)}`;
  const anyVersion = { 'if-match': '*' };

  for (const { bytes, contentType, caption } of place.pictures.slice(0, pictures)) {
    const content = Uint8Array.from(bytes());
    const { id: image } = expectStatus(
      await api('POST', `${at}/images`, { token, bytes: { content, contentType } }),
      201,
    );
    expectStatus(await api('PATCH', `${at}/images/${String(image)}`, { token, body: { caption } }), 200);
  }
  expectStatus(await api('PUT', `${at}/rates`, { token, body: place.rates, headers: anyVersion }), 200);
  expectStatus(await api('PUT', `${at}/rules`, { token, body: place.rules, headers: anyVersion }), 200);
  if (place.changes.length > 0) {
    expectStatus(await api('PUT', `${at}/calendar`, { token, body: { changes: place.changes } }), 200);
  }
  expectStatus(await api('POST', `${at}/publish`, { token }), 200);
  return String(id);
}

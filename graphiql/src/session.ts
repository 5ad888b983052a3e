/** Who asks, in which channel and language: the headers that go with every request of the page. */
import { Kept } from './kept';

/** A market as the shop describes it. */
export interface Channel {
  slug: string;
  name: string;
  currencyCode: string;
  defaultCountry: string;
}

export const session = new Kept('merx:session', {
  /** The access token of staff; empty for a shopper. */
  token: '',
  /** Gets the next access token. */
  refreshToken: '',
  /** When the access token ends, in milliseconds. */
  expiresAt: 0,
  /** The chosen channel; empty for the default one. */
  channel: '',
  /** The chosen language; empty for the browser's. */
  locale: '',
  /** All channels, the default one first. */
  channels: [] as Channel[],
});

export const ENDPOINT = '/graphql';
/** The access token is changed for a new one so long before it ends, in milliseconds. */
const EARLY = 60_000;

/** The headers that say so. */
export function headers(): Record<string, string> {
  const { token, channel, locale } = session.value;
  return {
    ...(token && { authorization: `Bearer ${token}` }),
    ...(channel && { 'x-channel': channel }),
    ...(locale && { 'accept-language': locale }),
  };
}

/** The channel that requests go to, once it is known. */
export function currentChannel(): Channel | undefined {
  const { channel, channels } = session.value;
  return channels.find((c) => c.slug === channel) ?? channels[0];
}

/** Why the endpoint did not do as told. */
export class Refusal extends Error {
  readonly code: string | undefined;

  constructor(message: string, code?: string) {
    super(message);
    this.code = code;
  }
}

/** Asks the endpoint for the page's own needs. */
async function ask(query: string, variables?: object): Promise<Record<string, unknown>> {
  const response = await fetch(ENDPOINT, {
    method: 'POST',
    headers: { 'content-type': 'application/json', accept: 'application/json' },
    body: JSON.stringify({ query, variables }),
  });
  const { data, errors } = await response.json();
  if (errors?.length) throw new Refusal(errors[0].message, errors[0].extensions?.code);
  return data;
}

/** Learns the channels. */
export async function loadChannels(): Promise<void> {
  const data = await ask('query Channels { channels { slug name currencyCode defaultCountry } }');
  const channels = data.channels as Channel[];
  const known = channels.some((c) => c.slug === session.value.channel);
  session.set({ channels, ...(!known && { channel: '' }) });
}

interface Opened {
  accessToken: string | null;
  refreshToken: string | null;
  expiresAt: string | null;
  errors: { code: string; message: string }[];
}

/** Keeps what a session goes on with, or says why there is none. */
function keep({ accessToken, refreshToken, expiresAt, errors }: Opened): void {
  const error = errors[0];
  if (error || !accessToken) throw new Refusal(error?.message ?? 'There is no session.', error?.code);
  session.set({ token: accessToken, refreshToken: refreshToken ?? '', expiresAt: Date.parse(expiresAt ?? '') });
}

const OPENED = '{ accessToken refreshToken expiresAt errors { code message } }';

/** Opens a session for a member of staff. A second factor is asked for with the code MFA_REQUIRED. */
export async function signIn(email: string, password: string, totp?: string): Promise<void> {
  const query = `mutation SignIn($input: SessionCreateInput!) { sessionCreate(input: $input) ${OPENED} }`;
  const data = await ask(query, { input: { email, password, kind: 'STAFF', totp: totp || undefined } });
  keep(data.sessionCreate as Opened);
}

let refreshing: Promise<void> | undefined;

/** Changes the access token for a new one when it is about to end. Requests that wait for that share one change. */
export async function refresh(): Promise<void> {
  const { token, refreshToken, expiresAt } = session.value;
  if (!token || Date.now() < expiresAt - EARLY) return;
  const query = `mutation Refresh($input: SessionRefreshInput!) { sessionRefresh(input: $input) ${OPENED} }`;
  refreshing ??= ask(query, { input: { refreshToken } })
    .then((data) => keep(data.sessionRefresh as Opened))
    .catch((error: unknown) => {
      // Ended elsewhere: a shopper again. A server that is away may come back.
      if (error instanceof Refusal) forget();
    })
    .finally(() => (refreshing = undefined));
  await refreshing;
}

function forget(): void {
  session.set({ token: '', refreshToken: '', expiresAt: 0 });
}

/** Ends the session, here at once and on the server as soon as it hears of it. */
export async function signOut(): Promise<void> {
  const { refreshToken } = session.value;
  forget();
  const query = 'mutation SignOut($input: SessionRevokeInput!) { sessionRevoke(input: $input) { revoked } }';
  await ask(query, { input: { refreshToken } }).catch(() => undefined);
}

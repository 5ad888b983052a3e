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
  /** The token of staff; empty for a shopper. */
  token: '',
  /** The chosen channel; empty for the default one. */
  channel: '',
  /** The chosen language; empty for the browser's. */
  locale: '',
  /** All channels, the default one first. */
  channels: [] as Channel[],
});

export const ENDPOINT = '/graphql';

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
async function ask(query: string, extra: Record<string, string>): Promise<Record<string, unknown>> {
  const response = await fetch(ENDPOINT, {
    method: 'POST',
    headers: { 'content-type': 'application/json', accept: 'application/json', ...extra },
    body: JSON.stringify({ query }),
  });
  const { data, errors } = await response.json();
  if (errors?.length) throw new Refusal(errors[0].message, errors[0].extensions?.code);
  return data;
}

/** Learns the channels. */
export async function loadChannels(): Promise<void> {
  const data = await ask('query Channels { channels { slug name currencyCode defaultCountry } }', {});
  const channels = data.channels as Channel[];
  const known = channels.some((c) => c.slug === session.value.channel);
  session.set({ channels, ...(!known && { channel: '' }) });
}

/** Tries `token` and keeps it when the server takes it. */
export async function signIn(token: string): Promise<void> {
  await ask('query SignIn { __typename }', { authorization: `Bearer ${token}` });
  session.set({ token });
}

export function signOut(): void {
  session.set({ token: '' });
}

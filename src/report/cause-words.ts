import type { Cause } from '../model/attribution.ts';

/** A cause in a few plain words, as it reads after “12 requests …”. */
export const CAUSE_WORDS: Readonly<Record<Cause, string>> = {
  'listener-closed-still-routed': 'sent to a Pod that no longer listened',
  'pod-gone-still-routed': 'sent to a Pod that was gone',
  'half-open-connection': 'on a kept-alive connection to a Pod that was gone',
  'killed-in-flight': 'cut off when the Pod ended',
  'keepalive-race': 'on a kept-alive connection that was just being closed',
  'draining-rejected': 'turned away by a draining Pod',
  'no-endpoints': 'with no Pod left to send it to',
  'name-not-found': 'whose name had no address',
  'name-server-silent': 'whose name no name server resolved',
  'replacement-not-ready': 'sent to a new Pod too early',
  overload: 'too slow or turned away for want of capacity',
  client: 'failed by the load generator itself',
  ambiguous: 'two causes, too close to tell',
  unexplained: 'not explained',
};

/** What happened to a request if this was its cause: of two that remain, both are told. */
export const CAUSE_STORIES: Readonly<Record<Exclude<Cause, 'ambiguous' | 'unexplained'>, string>> = {
  'listener-closed-still-routed': 'the Pod was still sent to, and nobody listened in it any more',
  'pod-gone-still-routed': 'the Pod was still sent to, and its network was gone',
  'half-open-connection': 'the Pod had gone before, and the client did not know',
  'killed-in-flight': 'the request had come, and the Pod ended before it answered',
  'keepalive-race': 'the Pod closed the connection before the request came',
  'draining-rejected': 'the Pod refused it because it was going',
  'no-endpoints': 'the Service had no Pod left',
  'name-not-found': 'the name had no address',
  'name-server-silent': 'no name server answered',
  'replacement-not-ready': 'the new Pod was not fit to serve yet',
  overload: 'the Pod was there and could not take more',
  client: 'the load generator ended it itself',
};

import type { Cause } from '../model/attribution.ts';

/** A cause in a few plain words, as it reads after “12 requests …”. */
export const CAUSE_WORDS: Readonly<Record<Cause, string>> = {
  'listener-closed-still-routed': 'sent to a Pod that no longer listened',
  'pod-gone-still-routed': 'sent to a Pod that was gone',
  'killed-in-flight': 'cut off when the Pod ended',
  'keepalive-race': 'on a kept-alive connection that was just being closed',
  'draining-rejected': 'turned away by a draining Pod',
  'no-endpoints': 'with no Pod left to send it to',
  'replacement-not-ready': 'sent to a new Pod too early',
  overload: 'too slow or turned away for want of capacity',
  client: 'failed by the load generator itself',
  ambiguous: 'two causes, too close to tell',
  unexplained: 'not explained',
};

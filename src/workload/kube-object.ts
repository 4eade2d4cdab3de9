import type * as k8s from '@kubernetes/client-node';

import type { Plain } from '../cluster/kube/plain.ts';

export type KubeObject = Plain<k8s.KubernetesObject>;
export type Container = Plain<k8s.V1Container>;
export type DaemonSet = Plain<k8s.V1DaemonSet>;
export type DeleteOptions = Plain<k8s.V1DeleteOptions>;
export type Deployment = Plain<k8s.V1Deployment>;
export type EndpointSlice = Plain<k8s.V1EndpointSlice>;
export type EnvVar = Plain<k8s.V1EnvVar>;
export type KubeEvent = Plain<k8s.CoreV1Event>;
export type Lifecycle = Plain<k8s.V1Lifecycle>;
export type Namespace = Plain<k8s.V1Namespace>;
export type Pod = Plain<k8s.V1Pod>;
export type PodTemplate = Plain<k8s.V1PodTemplateSpec>;
export type Probe = Plain<k8s.V1Probe>;
export type Service = Plain<k8s.V1Service>;
export type StatefulSet = Plain<k8s.V1StatefulSet>;

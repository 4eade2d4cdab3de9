// What Kubernetes allows as names (k8s.io/apimachinery/pkg/util/validation, pkg/api/validation/path).

/** Of a namespace (RFC 1123 label). */
export const LABEL = /^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/;

/** Of most objects (RFC 1123 subdomain). */
export const OBJECT_NAME = /^(?=.{1,253}$)[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)*$/;

/** Of any object at all: one segment of a path, as names of RBAC objects have colons. */
export const PATH_SEGMENT = /^(?!\.{1,2}$)[^/%\p{C}\p{Z}]{1,253}$/u;

/** Of a kind, as of a custom resource (a label in lower case). */
export const KIND = /^[A-Za-z]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?$/;

/** `v1`, `apps/v1`: a version, or a group and a version. */
export const API_VERSION = /^([a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?\/)?[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/;

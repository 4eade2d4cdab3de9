/** The names under which kubeadm and the upstream test suite know these images. */
export const PAUSE_IMAGE = 'registry.k8s.io/pause:3.10';
export const COREDNS_IMAGE = 'registry.k8s.io/coredns/coredns:v1.14.6';

// kindnet is the network of a node image that is built without a registry: what kind's own kindnetd does for IPv4
// Pods, and no network policies. It writes the CNI configuration for this node's Pod range, keeps one route for each
// other node's Pod range, and masquerades what leaves the Pod network. It runs as kind's DaemonSet "kindnet" with that
// manifest unchanged but for the image, and understands the same environment: HOST_IP, POD_SUBNET,
// CONTROL_PLANE_ENDPOINT.
package main

import (
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"os"
	"strings"
	"time"

	"github.com/google/nftables"
	"github.com/google/nftables/binaryutil"
	"github.com/google/nftables/expr"
	"github.com/vishvananda/netlink"
	"golang.org/x/sys/unix"
)

const (
	sa       = "/var/run/secrets/kubernetes.io/serviceaccount/"
	confFile = "/etc/cni/net.d/10-kindnet.conflist"
	proto    = netlink.RouteProtocol(88) // marks our routes
	protoOwn = netlink.RouteProtocol(89) // marks the route for this node's own Pod range
	// A node that has joined is waiting for its configuration and for its peers' routes.
	period = 500 * time.Millisecond
)

type nodeList struct {
	Items []struct {
		Metadata struct{ Name string }
		Spec     struct {
			PodCIDR string `json:"podCIDR"`
		}
		Status struct {
			Addresses []struct{ Type, Address string }
		}
	}
}

func get(c *http.Client, hosts []string, path string, out any) (err error) {
	tok, e := os.ReadFile(sa + "token")
	if e != nil {
		return e
	}
	for _, h := range hosts {
		req, _ := http.NewRequest("GET", "https://"+h+path, nil)
		req.Header.Set("Authorization", "Bearer "+strings.TrimSpace(string(tok)))
		var r *http.Response
		if r, err = c.Do(req); err != nil {
			continue
		}
		b, e := io.ReadAll(r.Body)
		r.Body.Close()
		if e != nil || r.StatusCode != 200 {
			err = fmt.Errorf("%s: %s: %.200s %v", h, r.Status, b, e)
			continue
		}
		return json.Unmarshal(b, out)
	}
	return err
}

func writeConf(cidr string) error {
	mtu := 1500
	if l, err := netlink.LinkByName("eth0"); err == nil {
		mtu = l.Attrs().MTU
	}
	conf := fmt.Sprintf(`{"cniVersion":"0.3.1","name":"kindnet","plugins":[
{"type":"ptp","ipMasq":false,"mtu":%d,"ipam":{"type":"host-local","dataDir":"/run/cni-ipam-state","routes":[{"dst":"0.0.0.0/0"}],"ranges":[[{"subnet":"%s"}]]}},
{"type":"portmap","capabilities":{"portMappings":true}}]}
`, mtu, cidr)
	if b, _ := os.ReadFile(confFile); string(b) == conf {
		return nil
	}
	if err := os.WriteFile(confFile+".tmp", []byte(conf), 0o644); err != nil {
		return err
	}
	log.Printf("pod CIDR %s: wrote %s", cidr, confFile)
	return os.Rename(confFile+".tmp", confFile)
}

func routes(want map[string]string) error {
	have, err := netlink.RouteListFiltered(netlink.FAMILY_V4, &netlink.Route{Protocol: proto}, netlink.RT_FILTER_PROTOCOL)
	if err != nil {
		return err
	}
	for _, r := range have {
		if r.Dst != nil && want[r.Dst.String()] == r.Gw.String() {
			delete(want, r.Dst.String())
		} else if r.Dst != nil && want[r.Dst.String()] == "" {
			r := r
			log.Printf("del %v: %v", r.Dst, netlink.RouteDel(&r))
		}
	}
	for dst, gw := range want {
		_, n, err := net.ParseCIDR(dst)
		if err != nil {
			return err
		}
		if err := netlink.RouteReplace(&netlink.Route{Dst: n, Gw: net.ParseIP(gw), Protocol: proto}); err != nil {
			return fmt.Errorf("route %s via %s: %w", dst, gw, err)
		}
		log.Printf("route %s via %s", dst, gw)
	}
	return nil
}

// unreachable answers "host unreachable" for addresses of this node's own Pod range that no Pod has any more. Without
// it, packets to a Pod that is gone leave through the default route, to whatever network the engine's host is on.
func unreachable(cidr string) error {
	_, n, err := net.ParseCIDR(cidr)
	if err != nil {
		return err
	}
	return netlink.RouteReplace(&netlink.Route{Dst: n, Type: unix.RTN_UNREACHABLE, Protocol: protoOwn, Priority: 4096})
}

// masquerade: ip saddr POD_SUBNET ip daddr != POD_SUBNET masquerade
func masquerade(subnet string) error {
	_, n, err := net.ParseCIDR(strings.Split(subnet, ",")[0])
	if err != nil || n.IP.To4() == nil {
		return fmt.Errorf("POD_SUBNET %q: %v", subnet, err)
	}
	c, err := nftables.New()
	if err != nil {
		return err
	}
	t := c.AddTable(&nftables.Table{Family: nftables.TableFamilyIPv4, Name: "kindnet"})
	c.FlushTable(t)
	ch := c.AddChain(&nftables.Chain{Name: "postrouting", Table: t, Type: nftables.ChainTypeNAT,
		Hooknum: nftables.ChainHookPostrouting, Priority: nftables.ChainPriorityNATSource})
	match := func(off uint32, op expr.CmpOp) []expr.Any {
		return []expr.Any{
			&expr.Payload{DestRegister: 1, Base: expr.PayloadBaseNetworkHeader, Offset: off, Len: 4},
			&expr.Bitwise{SourceRegister: 1, DestRegister: 1, Len: 4, Mask: n.Mask, Xor: binaryutil.NativeEndian.PutUint32(0)},
			&expr.Cmp{Op: op, Register: 1, Data: n.IP.To4()},
		}
	}
	e := append(match(12, expr.CmpOpEq), match(16, expr.CmpOpNeq)...)
	c.AddRule(&nftables.Rule{Table: t, Chain: ch, Exprs: append(e, &expr.Masq{})})
	return c.Flush()
}

func main() {
	ca, err := os.ReadFile(sa + "ca.crt")
	if err != nil {
		log.Fatal(err)
	}
	pool := x509.NewCertPool()
	pool.AppendCertsFromPEM(ca)
	c := &http.Client{Timeout: 5 * time.Second, Transport: &http.Transport{TLSClientConfig: &tls.Config{RootCAs: pool}}}
	var hosts []string
	if h := os.Getenv("CONTROL_PLANE_ENDPOINT"); h != "" {
		hosts = append(hosts, h) // set by kind, so that kube-proxy need not be up first
	}
	hosts = append(hosts, net.JoinHostPort(os.Getenv("KUBERNETES_SERVICE_HOST"), os.Getenv("KUBERNETES_SERVICE_PORT")))
	self := os.Getenv("HOST_IP")
	log.Printf("kindnet on %s, pod subnet %s, apiserver %v", self, os.Getenv("POD_SUBNET"), hosts)
	if err := masquerade(os.Getenv("POD_SUBNET")); err != nil {
		log.Printf("masquerade: %v", err)
	}
	for ; ; time.Sleep(period) {
		var l nodeList
		if err := get(c, hosts, "/api/v1/nodes", &l); err != nil {
			log.Printf("list nodes: %v", err)
			continue
		}
		want := map[string]string{}
		for _, n := range l.Items {
			for _, a := range n.Status.Addresses {
				if a.Type != "InternalIP" || n.Spec.PodCIDR == "" {
					continue
				}
				if a.Address == self {
					if err := unreachable(n.Spec.PodCIDR); err != nil {
						log.Printf("unreachable %s: %v", n.Spec.PodCIDR, err)
					}
					if err := writeConf(n.Spec.PodCIDR); err != nil {
						log.Print(err)
					}
				} else {
					want[n.Spec.PodCIDR] = a.Address
				}
			}
		}
		if err := routes(want); err != nil {
			log.Print(err)
		}
	}
}

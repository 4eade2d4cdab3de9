// capfilter is an OCI runtime in front of runc for machines whose own capability bounding set lacks something, most
// often CAP_SYS_RESOURCE. dockerd 20.10 gives `--privileged` containers and `docker exec --privileged` every
// capability the kernel knows, and runc then fails: "unable to apply caps: operation not permitted". This drops from
// the specification what the machine cannot give, and becomes runc.
package main

import (
	"bufio"
	"encoding/json"
	"os"
	"strconv"
	"strings"
	"syscall"
)

// names by number, from include/uapi/linux/capability.h
var names = strings.Fields(`CHOWN DAC_OVERRIDE DAC_READ_SEARCH FOWNER FSETID KILL SETGID SETUID SETPCAP LINUX_IMMUTABLE
NET_BIND_SERVICE NET_BROADCAST NET_ADMIN NET_RAW IPC_LOCK IPC_OWNER SYS_MODULE SYS_RAWIO SYS_CHROOT SYS_PTRACE SYS_PACCT
SYS_ADMIN SYS_BOOT SYS_NICE SYS_RESOURCE SYS_TIME SYS_TTY_CONFIG MKNOD LEASE AUDIT_WRITE AUDIT_CONTROL SETFCAP
MAC_OVERRIDE MAC_ADMIN SYSLOG WAKE_ALARM BLOCK_SUSPEND AUDIT_READ PERFMON BPF CHECKPOINT_RESTORE`)

func bounding() map[string]bool {
	f, err := os.Open("/proc/self/status")
	if err != nil {
		return nil
	}
	defer f.Close()
	for s := bufio.NewScanner(f); s.Scan(); {
		if v, ok := strings.CutPrefix(s.Text(), "CapBnd:"); ok {
			n, err := strconv.ParseUint(strings.TrimSpace(v), 16, 64)
			if err != nil {
				return nil
			}
			m := map[string]bool{}
			for i, name := range names {
				if n&(1<<i) != 0 {
					m["CAP_"+name] = true
				}
			}
			return m
		}
	}
	return nil
}

func filter(path string, inSpec bool) {
	have := bounding()
	b, err := os.ReadFile(path)
	if err != nil || have == nil {
		return
	}
	var top map[string]any
	d := json.NewDecoder(strings.NewReader(string(b)))
	d.UseNumber()
	if d.Decode(&top) != nil {
		return
	}
	p := top
	if inSpec {
		p, _ = top["process"].(map[string]any)
	}
	caps, _ := p["capabilities"].(map[string]any)
	if caps == nil {
		return
	}
	for k, v := range caps {
		l, _ := v.([]any)
		out := []any{}
		for _, c := range l {
			if s, _ := c.(string); have[s] {
				out = append(out, c)
			}
		}
		caps[k] = out
	}
	if b, err = json.Marshal(top); err == nil {
		os.WriteFile(path, b, 0o600)
	}
}

func main() {
	runc := "/usr/sbin/runc" // where Debian has it
	if _, err := os.Stat(runc); err != nil {
		runc = "/usr/bin/runc"
	}
	a := os.Args
	for i := 1; i < len(a); i++ {
		val := func(names ...string) string {
			for _, n := range names {
				if a[i] == n && i+1 < len(a) {
					return a[i+1]
				}
				if v, ok := strings.CutPrefix(a[i], n+"="); ok {
					return v
				}
			}
			return ""
		}
		if v := val("--bundle", "-b"); v != "" {
			filter(v+"/config.json", true)
		}
		if v := val("--process", "-p"); v != "" {
			filter(v, false)
		}
	}
	a[0] = runc
	if err := syscall.Exec(runc, a, os.Environ()); err != nil {
		os.Stderr.WriteString("capfilter: " + runc + ": " + err.Error() + "\n")
		os.Exit(127)
	}
}

module drainbench.dev/apps/go-net-http

go 1.24

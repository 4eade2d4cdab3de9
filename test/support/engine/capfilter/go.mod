module drainbench.dev/test/capfilter

go 1.26.0

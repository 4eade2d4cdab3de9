/*
 * The sandbox process of a Pod: holds its namespaces, does nothing, leaves at once.
 *
 * - exits 0 on SIGTERM and SIGINT, so that stopping a sandbox never waits for SIGKILL;
 * - as PID 1 of a Pod with shareProcessNamespace it is the parent of every orphan: it reaps them.
 *
 * Signals are blocked and taken by sigwait: nothing runs in a handler, and none is lost between two waits.
 */
#include <signal.h>
#include <stddef.h>
#include <sys/wait.h>

int main(void) {
    sigset_t awaited;
    sigemptyset(&awaited);
    sigaddset(&awaited, SIGTERM);
    sigaddset(&awaited, SIGINT);
    sigaddset(&awaited, SIGCHLD);
    if (sigprocmask(SIG_BLOCK, &awaited, NULL) != 0) {
        return 1;
    }
    for (;;) {
        int taken = 0;
        if (sigwait(&awaited, &taken) != 0) {
            return 1;
        }
        if (taken == SIGTERM || taken == SIGINT) {
            return 0;
        }
        while (waitpid(-1, NULL, WNOHANG) > 0) {
        }
    }
}

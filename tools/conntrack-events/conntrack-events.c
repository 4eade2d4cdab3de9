/*
 * Tells to which Pod each TCP connection through this network namespace was sent: one line for each new entry of
 * connection tracking, in the form of `conntrack -E -e NEW -o timestamp`.
 *
 * conntrack(8) is woken for every single connection, on the CPU that the load needs. This program lets them gather in
 * the socket's buffer and reads them twenty times a second, which loses nothing where the kernel itself stamps events
 * (Linux 6.14 and later, with net.netfilter.nf_conntrack_timestamp set). Where it does not, it is woken for each and
 * stamps what it reads, as conntrack(8) does. Stamps of the kernel have nine decimals, its own six. It also gets the buffer that it asks for: version 1.4.7 of conntrack(8)
 * sets it on another socket.
 *
 * conntrack-events [-d PORT]... [-p PORT,ADDRESS]...
 *   -d PORT          connections to this port that were translated (of a Service)
 *   -p PORT,ADDRESS  connections from ADDRESS to this port that were not (straight to a Pod)
 *
 * Events that the kernel had to drop are told as a line with ENOBUFS on standard error. Ends on SIGTERM, after what is
 * in the buffer; exit code 1 when it cannot listen.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <linux/netfilter/nfnetlink.h>
#include <linux/netfilter/nfnetlink_conntrack.h>
#include <linux/netlink.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

/* Newer than the headers of most distributions; the kernel's number does not change. */
#define TIMESTAMP_EVENT 27
#define MOST_FILTERS 64
#define BUFFER_BYTES (32 * 1024 * 1024)
#define GATHER_NS (50 * 1000 * 1000)

struct tuple {
    struct in_addr from, to;
    uint16_t from_port, to_port;
    uint8_t protocol;
};

struct filter {
    uint16_t port;
    /* INADDR_ANY: translated connections of whomever. */
    struct in_addr client;
};

static struct filter filters[MOST_FILTERS];
static int filter_count;
static volatile sig_atomic_t ending;

static void on_term(int signal) {
    (void)signal;
    ending = 1;
}

static const struct nlattr *find(const struct nlattr *first, int length, int type) {
    const char *at = (const char *)first;
    while (length >= NLA_HDRLEN) {
        const struct nlattr *attribute = (const struct nlattr *)at;
        if (attribute->nla_len < NLA_HDRLEN || attribute->nla_len > length) return NULL;
        if ((attribute->nla_type & NLA_TYPE_MASK) == type) return attribute;
        at += NLA_ALIGN(attribute->nla_len);
        length -= NLA_ALIGN(attribute->nla_len);
    }
    return NULL;
}

static const struct nlattr *inside(const struct nlattr *parent, int type) {
    if (parent == NULL) return NULL;
    return find((const struct nlattr *)((const char *)parent + NLA_HDRLEN), parent->nla_len - NLA_HDRLEN, type);
}

/* The payload of an attribute into `value`; 0 when it is not there, or shorter. */
static int take(const struct nlattr *attribute, void *value, size_t size) {
    if (attribute == NULL || attribute->nla_len < NLA_HDRLEN + size) return 0;
    memcpy(value, (const char *)attribute + NLA_HDRLEN, size);
    return 1;
}

/* IPv4 only, as the rest of the tool. */
static int read_tuple(const struct nlattr *attribute, struct tuple *tuple) {
    const struct nlattr *ip = inside(attribute, CTA_TUPLE_IP);
    const struct nlattr *proto = inside(attribute, CTA_TUPLE_PROTO);
    return take(inside(ip, CTA_IP_V4_SRC), &tuple->from, sizeof tuple->from) &&
           take(inside(ip, CTA_IP_V4_DST), &tuple->to, sizeof tuple->to) &&
           take(inside(proto, CTA_PROTO_NUM), &tuple->protocol, 1) &&
           take(inside(proto, CTA_PROTO_SRC_PORT), &tuple->from_port, 2) &&
           take(inside(proto, CTA_PROTO_DST_PORT), &tuple->to_port, 2);
}

static int wanted(const struct tuple *original, const struct tuple *reply) {
    int translated = original->to.s_addr != reply->from.s_addr || original->to_port != reply->from_port;
    for (int i = 0; i < filter_count; i++) {
        if (filters[i].port != original->to_port) continue;
        if (filters[i].client.s_addr == INADDR_ANY ? translated
                                                   : !translated && filters[i].client.s_addr == original->from.s_addr)
            return 1;
    }
    return 0;
}

static void print_tuple(const struct tuple *tuple) {
    char from[INET_ADDRSTRLEN], to[INET_ADDRSTRLEN];
    inet_ntop(AF_INET, &tuple->from, from, sizeof from);
    inet_ntop(AF_INET, &tuple->to, to, sizeof to);
    printf(" src=%s dst=%s sport=%u dport=%u", from, to, ntohs(tuple->from_port), ntohs(tuple->to_port));
}

/* Nine decimals tell a stamp of the kernel's from one of our own. */
static void print_time(uint64_t ns, int by_kernel) {
    unsigned seconds = (unsigned)(ns / 1000000000u), rest = (unsigned)(ns % 1000000000u);
    if (by_kernel) printf("[%u.%09u]", seconds, rest);
    else printf("[%u.%06u]", seconds, rest / 1000u);
}

static uint64_t wall_ns(void) {
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

/* Prints an event that is wanted; returns whether the kernel had stamped it. */
static int tell(const struct nlmsghdr *message) {
    const int header = NLMSG_ALIGN(sizeof(struct nfgenmsg));
    const struct nlattr *first = (const struct nlattr *)((const char *)NLMSG_DATA(message) + header);
    int length = (int)NLMSG_PAYLOAD(message, header);
    uint64_t stamp = 0;
    int stamped = take(find(first, length, TIMESTAMP_EVENT), &stamp, sizeof stamp);
    uint64_t at = stamped ? be64toh(stamp) : wall_ns();

    struct tuple original, reply;
    if (!read_tuple(find(first, length, CTA_TUPLE_ORIG), &original) ||
        !read_tuple(find(first, length, CTA_TUPLE_REPLY), &reply) || original.protocol != IPPROTO_TCP ||
        !wanted(&original, &reply))
        return stamped;
    print_time(at, stamped);
    printf("\t    [NEW] tcp      6");
    print_tuple(&original);
    printf(" [UNREPLIED]");
    print_tuple(&reply);
    putchar('\n');
    return stamped;
}

static int give_up(const char *what) {
    fprintf(stderr, "conntrack-events: %s: %s\n", what, strerror(errno));
    return 1;
}

static int listen_to_new(void) {
    int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_NETFILTER);
    if (fd < 0) return -1;
    int bytes = BUFFER_BYTES, group = NFNLGRP_CONNTRACK_NEW;
    struct sockaddr_nl own = {.nl_family = AF_NETLINK};
    /* Beyond the limit where that is allowed, up to it elsewhere. */
    if (setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &bytes, sizeof bytes) < 0)
        (void)setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &bytes, sizeof bytes);
    if (bind(fd, (struct sockaddr *)&own, sizeof own) < 0) return -1;
    if (setsockopt(fd, SOL_NETLINK, NETLINK_ADD_MEMBERSHIP, &group, sizeof group) < 0) return -1;
    return fd;
}

static int parse_arguments(int argc, char **argv) {
    int option;
    while ((option = getopt(argc, argv, "d:p:")) != -1) {
        if ((option != 'd' && option != 'p') || filter_count == MOST_FILTERS) return 0;
        struct filter *filter = &filters[filter_count++];
        char *address = strchr(optarg, ',');
        filter->port = htons((uint16_t)atoi(optarg));
        if (option == 'p' && (address == NULL || inet_pton(AF_INET, address + 1, &filter->client) != 1)) return 0;
    }
    return optind == argc;
}

int main(int argc, char **argv) {
    if (!parse_arguments(argc, argv)) {
        fprintf(stderr, "usage: conntrack-events [-d PORT]... [-p PORT,ADDRESS]...\n");
        return 64;
    }
    /* Without SA_RESTART: a blocked read must end. */
    struct sigaction action = {.sa_handler = on_term};
    sigaction(SIGTERM, &action, NULL);
    int fd = listen_to_new();
    if (fd < 0) return give_up("cannot listen to connection tracking");

    static char buffer[64 * 1024] __attribute__((aligned(NLMSG_ALIGNTO)));
    static char out[256 * 1024];
    setvbuf(stdout, out, _IOFBF, sizeof out);
    int stamped = 0;
    for (;;) {
        ssize_t length = recv(fd, buffer, sizeof buffer, stamped || ending ? MSG_DONTWAIT : 0);
        if (length < 0 && errno == ENOBUFS) {
            fprintf(stderr, "ENOBUFS: the kernel dropped events\n");
        } else if (length < 0 && errno == EAGAIN) {
            if (fflush(stdout) != 0) return 1;
            if (ending) return 0;
            struct timespec gather = {.tv_nsec = GATHER_NS};
            nanosleep(&gather, NULL);
        } else if (length < 0 && errno != EINTR) {
            return give_up("cannot read");
        } else if (length > 0) {
            int left = (int)length;
            for (struct nlmsghdr *message = (struct nlmsghdr *)buffer; NLMSG_OK(message, left);
                 message = NLMSG_NEXT(message, left))
                if (NFNL_SUBSYS_ID(message->nlmsg_type) == NFNL_SUBSYS_CTNETLINK) stamped = tell(message);
            if (!stamped && fflush(stdout) != 0) return 1;
        }
    }
}

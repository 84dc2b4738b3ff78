/* SPDX-License-Identifier: BSD-2-Clause */
/* loop.c - a bare loop of libpcap over a capture: what reading alone costs. */
#include <pcap/pcap.h>

#include <inttypes.h>
#include <stdio.h>

int main(int argc, char **argv)
{
    char why[PCAP_ERRBUF_SIZE];
    struct pcap_pkthdr *h;
    const u_char *frame;
    uint64_t packets = 0, bytes = 0;
    pcap_t *p = argc == 2 ? pcap_open_offline(argv[1], why) : NULL;
    if (!p) {
        fprintf(stderr, "loop CAPTURE: %s\n", argc == 2 ? why : "one capture is needed");
        return 1;
    }
    for (; pcap_next_ex(p, &h, &frame) == 1; packets++)
        bytes += h->len;
    pcap_close(p);
    printf("%" PRIu64 " packets, %" PRIu64 " bytes\n", packets, bytes);
    return 0;
}

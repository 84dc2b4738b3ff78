/* SPDX-License-Identifier: BSD-2-Clause */
/* words.c - the tables, and what is short enough to stand beside them. */
#include "explain/words.h"

#include <string.h>

const struct explain_word explain_states[DETECT_STATES] = {
    [DETECT_MORE] = {"more", "wants more"},
    [DETECT_FINAL] = {"final", "final"},
    [DETECT_ENOUGH] = {"enough", "enough packets"},
    [DETECT_GAVE_UP] = {"gave-up", "gave up"},
};

const struct explain_word explain_fates[EXPLAIN_FATES] = {
    [EXPLAIN_SHOWN] = {"shown", "shown"},
    [EXPLAIN_COPY] = {"copy", "an exact copy of a packet captured before"},
    [EXPLAIN_OLD] = {"retransmitted", "carries only bytes that were shown before"},
    [EXPLAIN_FRAGMENT] = {"fragment", "a fragment: its datagram is shown with the last one"},
    [EXPLAIN_WAITS] = {"waiting", "still waited for packets before it when nDPI was done"},
    [EXPLAIN_LATE] = {"late", "nDPI was done"},
};

const struct explain_word explain_waits[] = {
    [EXPLAIN_AT_ONCE] = {"no", ""},
    [EXPLAIN_FOR_PACKET] = {"packet", "waited until packet"},
    [EXPLAIN_TO_END] = {"end", "waited until the flow had ended"},
    [EXPLAIN_FOR_MEMORY] = {"memory", "waited until memory was short"},
};

const struct explain_word explain_choices[CHOICES] = {
    [CHOICE_SECOND_WEAK] = {"second-weak", "the second is a guess or partial"},
    [CHOICE_SAME] = {"same", "the second says the same"},
    [CHOICE_TELLS_LESS] = {"tells-less", "the second says the same but tells less"},
    [CHOICE_FIRST_WEAK] = {"first-weak", "the first is a guess or partial, or there was none, and the second is sure"},
    [CHOICE_OTHER] = {"other", "the second is another one, sure, and comes from whole messages"},
};

const struct explain_word explain_parts[] = {
    [LABEL_NO_PART] = {"none", "no part of the label is one"},
    [LABEL_APP] = {"last", "the last part of the label"},
    [LABEL_MASTER] = {"first", "the first part of the label"},
    [LABEL_IMPLIED] = {"implied", "not in the label: what its last part runs on"},
};

const struct explain_word explain_kinds[] = {
    [0] = {"unknown", "unknown"},
    [LABEL_PROTOCOL] = {"protocol", "a protocol"},
    [LABEL_APPLICATION] = {"application", "an application"},
    [LABEL_BOTH] = {"both", "an application with a protocol of its own"},
};

const char *const explain_by[] = {
    [DETECT_BY_NONE] = "nothing named it",
    [DETECT_BY_DPI] = "by its payload",
    [DETECT_BY_DPI_CACHE] = "by what nDPI had kept of an earlier flow with this address",
    [DETECT_BY_DPI_PARTIAL] = "by a part of its payload, not sure",
    [DETECT_BY_IP] = "a guess by the owner of an address",
    [DETECT_BY_PORT] = "a guess by a port",
};

void explain_flags(char out[static EXPLAIN_FLAGS_MAX], uint8_t tcp_flags)
{
    static const struct {
        uint8_t bit;
        const char *name;
    } flags[] = {{TCP_SYN, " SYN"}, {TCP_FIN, " FIN"}, {TCP_RST, " RST"}, {TCP_ACK, " ACK"}};
    char text[EXPLAIN_FLAGS_MAX] = " ";
    size_t n = 0;
    for (size_t i = 0; i < sizeof(flags) / sizeof(flags[0]); i++)
        if (tcp_flags & flags[i].bit) {
            memcpy(text + n, flags[i].name, 5);
            n += 4;
        }
    memcpy(out, text + 1, sizeof(text) - 1);
}

void explain_label(const struct labels *l, uint16_t master, uint16_t app, char out[static LABEL_MAX])
{
    label_ndpi(l, &(struct detect_verdict){.master = master, .app = app}, out);
}

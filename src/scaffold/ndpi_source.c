/* SPDX-License-Identifier: BSD-2-Clause */
/* ndpi_source.c - C for nDPI. What differs between its versions is told by its own version numbers. */
#include "scaffold/ndpi_source.h"

#include "decode/decode.h"
#include "scaffold/names.h"

#include <inttypes.h>

/* Text with words filled in: '@' the group as a word of a program, '~' its name. */
static void put(FILE *out, const struct draft *d, const char *text)
{
    char word[SCAFFOLD_NAME];
    scaffold_word(word, d->profile);
    for (; *text; text++)
        if (*text == '@')
            fputs(word, out);
        else if (*text == '~')
            fputs(d->profile->name, out);
        else
            fputc(*text, out);
}

/* --- head --------------------------------------------------------------------------------------------- */

static void put_head(FILE *out, const struct draft *d, const char *use)
{
    static const char line[] = "\n * ";
    fputs("/*\n * ", out);
    scaffold_describe(out, d->profile);
    fputs("\n * A dissector for nDPI to start from, by " SCAFFOLD_MARK ". Rename what you keep.\n *\n"
          " * What it looks for: ", out);
    scaffold_bits(out, d, line);
    fputs(".\n * As signatures of dpitool they were tried on every flow of the captures:", out);
    fputs(line, out);
    scaffold_hits(out, d, line);
    fputs(".\n", out);
    put(out, d, use);
    fputs(" */\n\n", out);
}

/* --- the signature ------------------------------------------------------------------------------------ */

static void put_number(FILE *out, const struct beginning_length *l)
{
    for (unsigned i = 0; i < l->form.width; i++) {
        unsigned at = l->at + i, shift = 8 * (l->form.little ? i : l->form.width - 1u - i);
        fprintf(out, "%s(u_int32_t)p[%u]", i ? " | " : "", at);
        if (shift)
            fprintf(out, " << %u", shift);
    }
}

static void put_conditions(FILE *out, const struct beginning *b)
{
    fprintf(out, "  return n >= %" PRIu32, beginning_reach(b));
    for (struct beginning_bytes run = {0}; beginning_next(b, &run);)
        fprintf(out, " &&\n    memcmp(p + %" PRIu32 ", at_%" PRIu32 ", sizeof(at_%" PRIu32 ")) == 0", run.at, run.at,
                run.at);
    if (b->length.given) {
        fputs(" &&\n    (int64_t)(", out);
        put_number(out, &b->length);
        fprintf(out, ") %c %" PRId64 " == n", b->length.plus < 0 ? '-' : '+',
                b->length.plus < 0 ? -b->length.plus : b->length.plus);
    }
    fputs(";\n}\n\n", out);
}

static void put_match(FILE *out, const struct draft *d, const struct beginning *b)
{
    char side[DRAFT_SIDE];
    draft_side(side, b);
    put(out, d, "static int @_");
    fprintf(out, "%s(const u_int8_t *p, u_int16_t n)\n{\n", side);
    for (struct beginning_bytes run = {0}; beginning_next(b, &run);) {
        fprintf(out, "  static const u_int8_t at_%" PRIu32 "[] = {", run.at);
        for (uint32_t i = 0; i < run.n; i++)
            fprintf(out, "%s0x%02x", i ? ", " : "", run.value[i]);
        fputs("};\n", out);
    }
    put_conditions(out, b);
}

static void put_matches(FILE *out, const struct draft *d)
{
    for (uint32_t i = 0; i < d->n; i++)
        if (d->v[i].given)
            put_match(out, d, &d->v[i]);
}

/* A call, and the port where it belongs to the signature: where the server is tells who sent the packet. */
static void put_call(FILE *out, const struct draft *d, const struct beginning *b)
{
    const char *transport = profile_transport(d->profile->transport);
    char side[DRAFT_SIDE];
    draft_side(side, b);
    put(out, d, "(@_");
    fprintf(out, "%s(packet->payload, packet->payload_packet_len)", side);
    if (b->port)
        fprintf(out, " &&\n      packet->%s && packet->%s->%s == htons(%u)", transport, transport,
                b->side ? "source" : "dest", b->port);
    fputc(')', out);
}

static void put_search(FILE *out, const struct draft *d, const char *id, const char *exclude)
{
    bool any = false;
    put(out, d, "/* All are looked for whoever sent the packet: nDPI does not know the client for certain. */\n"
                "static void ndpi_search_@(struct ndpi_detection_module_struct *ndpi_struct,\n"
                "  struct ndpi_flow_struct *flow)\n{\n"
                "  struct ndpi_packet_struct *packet = &ndpi_struct->packet;\n\n  if(");
    for (uint32_t i = 0; i < d->n; i++) {
        if (!d->v[i].given)
            continue;
        if (any)
            fputs(" ||\n     ", out);
        put_call(out, d, &d->v[i]);
        any = true;
    }
    put(out, d, ") {\n    ndpi_set_detected_protocol(ndpi_struct, flow, ");
    put(out, d, id);
    put(out, d, ", NDPI_PROTOCOL_UNKNOWN,\n      NDPI_CONFIDENCE_DPI);\n  } else if(flow->packet_counter > 4) {\n    ");
    fprintf(out, "%s(ndpi_struct, flow);\n  }\n}\n\n", exclude);
}

static const char *selection(const struct draft *d)
{
    return d->profile->transport == IPPROTO_NUM_TCP
               ? "NDPI_SELECTION_BITMASK_PROTOCOL_V4_V6_TCP_WITH_PAYLOAD_WITHOUT_RETRANSMISSION"
               : "NDPI_SELECTION_BITMASK_PROTOCOL_V4_V6_UDP_WITH_PAYLOAD";
}

/* --- part of the library ------------------------------------------------------------------------------ */

static const char source_use[] =
    " *\n"
    " * For src/lib/protocols of nDPI 4.2 to 5.x. It also needs an id in ndpi_protocol_ids.h, its name,\n"
    " * category and ports in ndpi_main.c, where init_@_dissector is to be called, and a capture\n"
    " * in tests. To see whether it compiles: cc -DNDPI_LIB_COMPILATION -I/usr/include/ndpi -c FILE\n";

static const char source_begin[] =
    "#include \"ndpi_protocol_ids.h\"\n\n"
    "#define NDPI_CURRENT_PROTO NDPI_LAST_IMPLEMENTED_PROTOCOL /* until it has an id of its own */\n\n"
    "#include \"ndpi_api.h\"\n"
    "#if NDPI_MAJOR > 4 || NDPI_MINOR >= 10\n#include \"ndpi_private.h\"\n#endif\n\n"
    "#if NDPI_MAJOR >= 5\n#define NOT_THIS NDPI_EXCLUDE_DISSECTOR\n"
    "#else\n#define NOT_THIS NDPI_EXCLUDE_PROTO\n#endif\n\n";

/* nDPI 5 took arguments away, and 4.6 one. */
static const char source_end[] =
    "#if NDPI_MAJOR >= 5\n"
    "#define MORE\n#define REGISTER(name, module, func, selection) \\\n"
    "  register_dissector(name, module, func, selection, 1, NDPI_CURRENT_PROTO)\n"
    "#elif NDPI_MINOR >= 6\n"
    "#define MORE , u_int32_t *id\n#define REGISTER(name, module, func, selection) \\\n"
    "  ndpi_set_bitmask_protocol_detection(name, module, (*id)++, NDPI_CURRENT_PROTO, func, selection, \\\n"
    "    SAVE_DETECTION_BITMASK_AS_UNKNOWN, ADD_TO_DETECTION_BITMASK)\n"
    "#else\n"
    "#define MORE , u_int32_t *id, NDPI_PROTOCOL_BITMASK *bitmask\n"
    "#define REGISTER(name, module, func, selection) \\\n"
    "  ndpi_set_bitmask_protocol_detection(name, module, bitmask, (*id)++, NDPI_CURRENT_PROTO, func, selection, \\\n"
    "    SAVE_DETECTION_BITMASK_AS_UNKNOWN, ADD_TO_DETECTION_BITMASK)\n"
    "#endif\n\n"
    "void init_@_dissector(struct ndpi_detection_module_struct *ndpi_struct MORE);\n"
    "void init_@_dissector(struct ndpi_detection_module_struct *ndpi_struct MORE)\n{\n"
    "  REGISTER(\"~\", ndpi_struct, ndpi_search_@,\n    ";

void ndpi_source_write(FILE *out, const struct draft *d)
{
    put_head(out, d, source_use);
    fputs(source_begin, out);
    put_matches(out, d);
    put_search(out, d, "NDPI_CURRENT_PROTO", "NOT_THIS");
    put(out, d, source_end);
    fprintf(out, "%s);\n}\n", selection(d));
}

/* --- plugin ------------------------------------------------------------------------------------------- */

static const char plugin_use[] =
    " *\n"
    " * A plugin of nDPI 6.0 or later, in its src/lib/plugins: make there, then\n"
    " * ndpiReader --plugins-dir src/lib/plugins -i CAPTURE\n";

static const char plugin_begin[] =
    "#include \"ndpi_protocol_ids.h\"\n\n"
    "#define NDPI_CURRENT_PROTO NDPI_PROTOCOL_UNKNOWN /* for its log alone */\n\n"
    "#include \"ndpi_config.h\"\n#include \"ndpi_api.h\"\n#include \"ndpi_includes.h\"\n#include \"ndpi_private.h\"\n\n"
    "static u_int16_t @_id;\n\n";

static const char plugin_init[] =
    "static void @_init(struct ndpi_detection_module_struct *ndpi_struct)\n{\n"
    "  ndpi_port_range tcp[MAX_DEFAULT_PORTS], udp[MAX_DEFAULT_PORTS];\n\n"
    "  @_id = ndpi_struct->num_supported_protocols; /* the first that is free */\n"
    "  ndpi_set_proto_defaults(ndpi_struct, 1 /* clear text */, 1 /* application */, NDPI_PROTOCOL_ACCEPTABLE,\n"
    "    @_id, \"~\", NDPI_PROTOCOL_CATEGORY_NETWORK, NDPI_PROTOCOL_QOE_CATEGORY_UNSPECIFIED,\n"
    "    ndpi_build_default_ports(tcp, 0, 0, 0, 0, 0), ndpi_build_default_ports(udp, 0, 0, 0, 0, 0),\n"
    "    1 /* not built in */);\n"
    "  ndpi_register_dissector(\"~\", ndpi_struct, ndpi_search_@,\n    ";

static const char plugin_end[] =
    "static void @_free_flow(void *data)\n{\n  (void)data;\n}\n\n"
    "static void @_export(struct ndpi_detection_module_struct *ndpi_struct, struct ndpi_flow_struct *flow,\n"
    "  ndpi_serializer *serializer)\n{\n"
    "  (void)ndpi_struct, (void)flow, (void)serializer;\n}\n\n"
    "static NDPIProtocolPluginEntryPoint @_plugin = {\n"
    "  NDPI_API_VERSION, \"~\", \"0.1\", \"found by dpitool\", \"-\", @_init, @_free_flow, @_export,\n};\n\n"
    "NDPIProtocolPluginEntryPoint *PluginEntryFctn(void);\n"
    "NDPIProtocolPluginEntryPoint *PluginEntryFctn(void)\n{\n  return &@_plugin;\n}\n";

void ndpi_plugin_write(FILE *out, const struct draft *d)
{
    put_head(out, d, plugin_use);
    put(out, d, plugin_begin);
    put_matches(out, d);
    put_search(out, d, "@_id", "NDPI_EXCLUDE_DISSECTOR");
    put(out, d, plugin_init);
    put(out, d, selection(d));
    put(out, d, ",\n    DISSECTOR_LICENSE_LGPL, 1, @_id);\n}\n\n");
    put(out, d, plugin_end);
}

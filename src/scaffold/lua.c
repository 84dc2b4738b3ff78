/* SPDX-License-Identifier: BSD-2-Clause */
/* lua.c - tables for what the two sides send, and the code that goes through them. */
#include "scaffold/lua.h"

#include "decode/decode.h"
#include "scaffold/lua_fields.h"
#include "scaffold/names.h"

#include <inttypes.h>
#include <string.h>

/* --- head --------------------------------------------------------------------------------------------- */

void lua_trial_say(FILE *out, const struct lua_trial *t)
{
    if (t->not_run) {
        fprintf(out, "not tried: %s", t->not_run);
        return;
    }
    fprintf(out, "tried by tshark: %" PRIu64 " of %" PRIu64 " packets with new payload of the group claimed, "
                 "%" PRIu64 " malformed, %" PRIu64 " errors of Lua; %" PRIu64 " of %" PRIu64
                 " packets of other flows claimed",
            t->claimed, t->packets, t->malformed, t->errors, t->others_claimed, t->others);
}

static void put_head(FILE *out, const struct draft *d, const struct lua_trial *trial)
{
    char name[SCAFFOLD_NAME];
    scaffold_file_name(name, d->profile);
    fputs("-- ", out);
    scaffold_describe(out, d->profile);
    fputs("\n-- A dissector for Wireshark to start from, by " SCAFFOLD_MARK ". Rename what you keep.\n-- ",
          out);
    if (trial)
        lua_trial_say(out, trial);
    if (d->uncut)
        fputs("\n-- Segments are taken for messages: with the sizes that the profile tells fewer packets were claimed.",
              out);
    const char *transport = profile_transport(d->profile->transport);
    fputs("\n-- tshark ", out);
    if (d->ordered)
        fputs("-o tcp.reassemble_out_of_order:TRUE ", out);
    if (d->eager)
        fprintf(out, "-o %s.try_heuristic_first:TRUE ", transport);
    fprintf(out, "-X lua_script:%s.lua -r %s.pcapng -V\n\n", name, name);
}

/* --- registration ------------------------------------------------------------------------------------- */

/* Where most flows have a port of their own, one that only one flow used is not the protocol's. */
static void put_ports(FILE *out, const struct draft *d)
{
    const struct profile *p = d->profile;
    bool any = false, shared = p->all_ports * 2 <= p->group->n || p->all_ports == 1;
    fputs("local ports = {", out);
    for (uint32_t i = 0; i < p->n_ports; i++)
        if ((p->port[i].flows > 1 || shared) && !d->contested[i]) {
            fprintf(out, "%s%u", any ? ", " : "", p->port[i].port);
            any = true;
        }
    fputs("} -- of servers\n", out);
    for (uint32_t i = 0; i < p->n_ports; i++)
        if (d->contested[i])
            fprintf(out, "-- not %u: another group has it, too; there first messages tell\n", p->port[i].port);
}

static void put_string(FILE *out, const uint8_t *p, uint32_t n)
{
    fputc('"', out);
    for (uint32_t i = 0; i < n; i++)
        fprintf(out, "\\%03u", p[i]);
    fputc('"', out);
}

/* In a stream the message may go on in the next segment, as far as messages of it do. */
static void put_length(FILE *out, const struct beginning *b)
{
    enum { LARGER = 16 }; /* times the largest one that was seen */
    const struct beginning_length *l = &b->length;
    bool stream = b->profile->transport == IPPROTO_NUM_TCP;
    const char *order = l->form.little ? "true" : "false";
    fprintf(out, "\n        and number(tvb(%" PRIu32 ", %u), %s) %s tvb:reported_len()", l->at, l->form.width, order,
            stream ? ">=" : "==");
    if (l->plus)
        fprintf(out, " %c %" PRId64, l->plus > 0 ? '-' : '+', l->plus > 0 ? l->plus : -l->plus);
    if (stream)
        fprintf(out, "\n        and number(tvb(%" PRIu32 ", %u), %s) <= %" PRIu64, l->at, l->form.width, order,
                (uint64_t)LARGER * b->profile->side[b->side].most);
}

/* A signature, of a packet. */
static void put_matches(FILE *out, const struct beginning *b)
{
    char side[DRAFT_SIDE];
    draft_side(side, b);
    fprintf(out, "\n-- What the first messages of the %s have in common: %u bits.\n"
                 "function matches.%s(tvb, pinfo)\n    return tvb:len() >= %" PRIu32,
            scaffold_sides[b->side], b->bits, side, beginning_reach(b));
    if (b->port)
        fprintf(out, "\n        and pinfo.%s_port == %u", b->side ? "src" : "dst", b->port);
    for (struct beginning_bytes run = {0}; beginning_next(b, &run);) {
        fprintf(out, "\n        and tvb:raw(%" PRIu32 ", %" PRIu32 ") == ", run.at, run.n);
        put_string(out, run.value, run.n);
    }
    if (b->length.given)
        put_length(out, b);
    fputs("\nend\n", out);
}

/* --- code --------------------------------------------------------------------------------------------- */

static const char begin_code[] =
    "\nlocal function number(range, little)\n"
    "    return little and range:le_uint() or range:uint()\n"
    "end\n";

static const char fields_code[] =
    "\nlocal function add_fields(side, tvb, tree)\n"
    "    local len = tvb:len()\n"
    "    for _, f in ipairs(side.fields) do\n"
    "        local at = f.at >= 0 and f.at or tvb:reported_len() + f.at\n"
    "        local size = f.size > 0 and f.size or math.min(tvb:reported_len() - side.behind, len) - at\n"
    "        if at >= 0 and size > 0 and at + size <= len then\n"
    "            if f.little then tree:add_le(f.field, tvb(at, size)) else tree:add(f.field, tvb(at, size)) end\n"
    "        end\n"
    "    end\n"
    "end\n";

static const char records_code[] =
    "\nlocal function add_records(side, tvb, tree)\n"
    "    local r, last = side.records, tvb:len() - side.behind\n"
    "    local head, at = r.type + r.size, r.at\n"
    "    while at + head <= last do\n"
    "        local size = number(tvb(at + r.type, r.size), r.little) + (r.whole and 0 or head)\n"
    "        if size < head or at + size > last then return end\n"
    "        local item = tree:add(r.record_field, tvb(at, size))\n"
    "        if r.type > 0 then item:add(r.type_field, tvb(at, r.type)) end\n"
    "        if size > head then item:add(r.value_field, tvb(at + head, size - head)) end\n"
    "        at = at + math.ceil(size / r.align) * r.align\n"
    "    end\n"
    "end\n";

static const char message_code[] =
    "\nlocal function message(side, tvb, pinfo, tree)\n"
    "    local what = side.name\n"
    "    if side.type and side.type < tvb:len() then\n"
    "        what = string.format(\"%s type %02x\", what, tvb(side.type, 1):uint())\n"
    "    end\n"
    "    local item = tree:add(proto, tvb(), proto.description .. \", \" .. what)\n"
    "    pinfo.cols.info:append(string.format(\" %s, %d bytes;\", what, tvb:reported_len()))\n"
    "    add_fields(side, tvb, item)\n";

static const char length_code[] =
    "\n-- Messages in a stream, however segments cut them. What is no size ends with its segment.\n"
    "local longest = 0x100000\n"
    "local function by_length(side, tvb, pinfo, tree)\n"
    "    local f = side.framing\n"
    "    local head = f.at + f.size\n"
    "    dissect_tcp_pdus(tvb, tree, head, function(rest, _, at)\n"
    "        local size = number(rest(at + f.at, f.size), f.little) + f.plus\n"
    "        return size >= head and size <= longest and size or rest:reported_length_remaining(at)\n"
    "    end, function(part, info, root)\n"
    "        message(side, part, info, root)\n"
    "        return part:len()\n"
    "    end)\n"
    "end\n";

static const char greeting_code[] =
    "\n-- The first segments are a greeting without a size: messages are cut only where they end with the segment.\n"
    "local function behind_greeting(side, tvb, pinfo, tree)\n"
    "    local f, at, cuts = side.framing, 0, {}\n"
    "    while at + f.at + f.size <= tvb:len() do\n"
    "        local size = number(tvb(at + f.at, f.size), f.little) + f.plus\n"
    "        if size < f.at + f.size or at + size > tvb:len() then break end\n"
    "        cuts[#cuts + 1] = {at, size}\n"
    "        at = at + size\n"
    "    end\n"
    "    if at < tvb:len() then cuts = {{0, tvb:len()}} end\n"
    "    for _, cut in ipairs(cuts) do message(side, tvb(cut[1], cut[2]):tvb(), pinfo, tree) end\n"
    "end\n";

static const char lines_code[] =
    "\nlocal function lines(side, tvb, pinfo, tree)\n"
    "    local item = tree:add(proto, tvb(), proto.description .. \", \" .. side.name)\n"
    "    local text, at = tvb:raw(0, tvb:len()), 0\n"
    "    while at < #text do\n"
    "        local _, last = nil, nil\n"
    "        if side.line_end then _, last = text:find(side.line_end, at + 1, true) end\n"
    "        last = last or #text\n"
    "        local line = item:add(side.line, tvb(at, last - at))\n"
    "        local word = text:sub(at + 1, last):match(\"^[^%s%c:,=;]+\")\n"
    "        if word then line:add(side.word, tvb(at, #word)) end\n"
    "        if word and at == 0 then\n"
    "            pinfo.cols.info:append(\" \" .. side.name .. \" \" .. word:gsub(\"[^%w%p]\", \"?\"))\n"
    "        end\n"
    "        at = last\n"
    "    end\n"
    "end\n";

static const char sides_code[] =
    "\n-- Who of a conversation is the client: told by the ports, by the signature, else by who sends first.\n"
    "local is_port, client_of = {}, {}\n"
    "for _, port in ipairs(ports) do is_port[port] = true end\n"
    "\nlocal function conversation(pinfo)\n"
    "    local from = tostring(pinfo.src) .. \" \" .. pinfo.src_port\n"
    "    local to = tostring(pinfo.dst) .. \" \" .. pinfo.dst_port\n"
    "    return from < to and from .. \" \" .. to or to .. \" \" .. from, from, to\n"
    "end\n"
    "\nlocal function side_of(pinfo)\n"
    "    if is_port[pinfo.src_port] ~= is_port[pinfo.dst_port] then\n"
    "        return is_port[pinfo.src_port] and server or client\n"
    "    end\n"
    "    local key, from = conversation(pinfo)\n"
    "    client_of[key] = client_of[key] or from\n"
    "    return client_of[key] == from and client or server\n"
    "end\n";

static void put_calls(FILE *out, const struct draft *d)
{
    static const char *const calls[] = {[LUA_WHOLE] = "message", [LUA_BY_LENGTH] = "by_length",
                                        [LUA_BEHIND_GREETING] = "behind_greeting", [LUA_LINES] = "lines"};
    fputc('\n', out);
    for (unsigned side = 0; side < 2; side++)
        fprintf(out, "%s.dissect = %s\n", scaffold_sides[side], calls[lua_cut_of(d, side)]);
}

static const char heuristic_code[] =
    "\nlocal function heuristic(tvb, pinfo, tree)\n"
    "    local who = sender(tvb, pinfo)\n"
    "    if not who then return false end\n"
    "    local key, from, to = conversation(pinfo)\n"
    "    client_of[key] = who == \"client\" and from or to\n"
    "    pinfo.conversation = proto -- also what does not have the signature\n"
    "    dissect(tvb, pinfo, tree) -- called through proto, it could not ask for more segments\n"
    "    return true\n"
    "end\n";

static void put_sender(FILE *out, const struct draft *d)
{
    fputs("\nlocal function sender(tvb, pinfo)\n", out);
    for (uint32_t i = 0; i < d->n; i++) {
        char side[DRAFT_SIDE];
        draft_side(side, &d->v[i]);
        if (d->v[i].given)
            fprintf(out, "    if matches.%s(tvb, pinfo) then return \"%s\" end\n", side,
                    scaffold_sides[d->v[i].side]);
    }
    fputs("end\n", out);
}

static void put_dissector(FILE *out, const struct draft *d)
{
    fputs("\nlocal matches = {}\n", out);
    for (uint32_t i = 0; i < d->n; i++)
        if (d->v[i].given)
            put_matches(out, &d->v[i]);
    put_sender(out, d);
    fprintf(out, "\nlocal function dissect(tvb, pinfo, tree)\n"
                 "    local side = side_of(pinfo)\n"
                 "    pinfo.cols.protocol = \"%s\"\n"
                 "    pinfo.cols.info = \"\"\n"
                 "    side.dissect(side, tvb, pinfo, tree)\n"
                 "    return tvb:len()\n"
                 "end\n\nproto.dissector = dissect\n", d->profile->id);
    fputs(heuristic_code, out);
}

static void put_fields_list(FILE *out, const struct profile *p)
{
    fputs("\nlocal all = {}\nfor _, side in ipairs({client, server}) do\n"
          "    for _, f in ipairs(side.fields) do all[#all + 1] = f.field end\n", out);
    if (p->side[0].text.found || p->side[1].text.found)
        fputs("    all[#all + 1] = side.line\n    all[#all + 1] = side.word\n", out);
    if (p->side[0].records.found || p->side[1].records.found)
        fputs("    for _, name in ipairs({\"record_field\", \"type_field\", \"value_field\"}) do\n"
              "        all[#all + 1] = side.records and side.records[name]\n    end\n", out);
    fputs("end\nproto.fields = all\n", out);
}

static bool cuts(const struct draft *d, enum lua_cut how)
{
    return lua_cut_of(d, 0) == how || lua_cut_of(d, 1) == how;
}

static void put_messages(FILE *out, const struct draft *d)
{
    const struct profile *p = d->profile;
    bool records = p->side[0].records.found || p->side[1].records.found;
    fputs(fields_code, out);
    if (records)
        fputs(records_code, out);
    fputs(message_code, out);
    if (records)
        fputs("    if side.records then add_records(side, tvb, item) end\n", out);
    fputs("end\n", out);
    if (cuts(d, LUA_BY_LENGTH))
        fputs(length_code, out);
    if (cuts(d, LUA_BEHIND_GREETING))
        fputs(greeting_code, out);
}

void lua_write(FILE *out, const struct draft *d, const struct lua_trial *trial)
{
    const struct profile *p = d->profile;
    const char *transport = profile_transport(p->transport);
    char word[SCAFFOLD_NAME];
    scaffold_word(word, p);
    put_head(out, d, trial);
    fprintf(out, "local proto = Proto(\"%s\", \"Unknown %s\")\n", word, p->name);
    put_ports(out, d);
    fputs("\n-- What each side sends. at: an offset, below 0 from behind the end; size: in bytes, 0 to the end.\n",
          out);
    for (unsigned side = 0; side < 2; side++)
        lua_write_side(out, d, side);
    put_fields_list(out, p);
    fputs(begin_code, out);
    if (cuts(d, LUA_WHOLE) || cuts(d, LUA_BY_LENGTH) || cuts(d, LUA_BEHIND_GREETING))
        put_messages(out, d);
    if (cuts(d, LUA_LINES))
        fputs(lines_code, out);
    put_calls(out, d);
    fputs(sides_code, out);
    put_dissector(out, d);
    fprintf(out, "\nproto:register_heuristic(\"%s\", heuristic)\n"
                 "for _, port in ipairs(ports) do DissectorTable.get(\"%s.port\"):add(port, proto) end\n", transport,
            transport);
}

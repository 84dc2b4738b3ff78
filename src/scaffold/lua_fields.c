/* SPDX-License-Identifier: BSD-2-Clause */
/* lua_fields.c - the fields of a side, each with its evidence behind it. */
#include "scaffold/lua_fields.h"

#include "scaffold/names.h"

#include <inttypes.h>
#include <string.h>

enum lua_cut lua_cut_of(const struct draft *d, unsigned side)
{
    const struct profile_side *s = &d->profile->side[side];
    const struct framing *f = &s->view.framing;
    if (s->text.found)
        return LUA_LINES;
    if (s->view.m.n && f->kind == FRAMING_LENGTH && !d->uncut)
        return f->skip ? LUA_BEHIND_GREETING : LUA_BY_LENGTH;
    return LUA_WHOLE;
}

/* --- one field ---------------------------------------------------------------------------------------- */

/* How a field is shown: the kind of ProtoField, and the base of numbers. */
struct look {
    const char *kind, *base;
};

static struct look look_of(const struct field *f)
{
    static const char *const numbers[] = {[1] = "uint8", [2] = "uint16", [3] = "uint24", [4] = "uint32",
                                          [8] = "uint64"};
    static const char *const bases[FIELD_ROLES] = {
        [ROLE_TYPE] = "HEX", [ROLE_ENUM] = "HEX", [ROLE_LENGTH] = "DEC", [ROLE_SEQUENCE] = "DEC", [ROLE_TIME] = "DEC",
        [ROLE_SESSION] = "HEX", [ROLE_TRANSACTION] = "HEX", [ROLE_ADDRESS] = "DEC", [ROLE_CHECKSUM] = "HEX",
    };
    bool fits = f->size < sizeof(numbers) / sizeof(numbers[0]) && numbers[f->size];
    if (f->role == ROLE_TEXT)
        return (struct look){"string", NULL};
    if (f->role == ROLE_ADDRESS && f->size == 4)
        return (struct look){"ipv4", NULL};
    if (!bases[f->role] || !fits || (f->role == ROLE_ENUM && f->size > 1))
        return (struct look){"bytes", NULL};
    return (struct look){numbers[f->size], bases[f->role]};
}

/* Its role, and where it is when it is not the first of that role. */
static void put_name(FILE *out, const struct fields *all, size_t i, char between)
{
    const struct field *f = &all->v[i];
    fputs(field_roles[f->role].text, out);
    for (size_t k = 0; k < i; k++)
        if (all->v[k].role == f->role) {
            fprintf(out, "%c%s%" PRIu32, between, f->from_end ? "end" : "", f->at);
            return;
        }
}

static void put_types(FILE *out, const struct type_split *t)
{
    fputs(", {", out);
    for (uint32_t i = 0; i < t->n; i++)
        fprintf(out, "%s[0x%02x] = \"type %02x\"", i ? ", " : "", t->v[i].value, t->v[i].value);
    fputc('}', out);
}

static void put_field(FILE *out, const struct profile *p, unsigned side, size_t i)
{
    const struct profile_side *s = &p->side[side];
    const struct field *f = &s->fields.v[i];
    struct look look = look_of(f);
    char word[SCAFFOLD_NAME];
    scaffold_word(word, p);
    fprintf(out, "    {at = %s%" PRIu32 ", size = %" PRIu32 ", %sfield = ProtoField.%s(\"%s.%s.",
            f->from_end ? "-" : "", f->at, f->size, f->little ? "little = true, " : "", look.kind, word,
            scaffold_sides[side]);
    put_name(out, &s->fields, i, '_');
    fputs("\", \"", out);
    put_name(out, &s->fields, i, ' ');
    fputc('"', out);
    if (look.base)
        fprintf(out, ", base.%s", look.base);
    if (f->role == ROLE_TYPE)
        put_types(out, &s->types);
    fputs(")}, -- ", out);
    scaffold_comment(out, f->text);
    if (f->role != ROLE_DATA && f->role != ROLE_RANDOM && f->role != ROLE_TEXT)
        fprintf(out, "; in %" PRIu32 " of %" PRIu32 "%s", f->hits, f->of, f->sure ? "" : ", a guess");
    fputc('\n', out);
}

/* --- the rest of a side ------------------------------------------------------------------------------- */

static const char *yes(bool b)
{
    return b ? "true" : "false";
}

static void put_framing(FILE *out, const struct framing *f)
{
    fprintf(out, "    -- a message of the stream has the size value %+" PRId64 "; %" PRIu32 " of %" PRIu32
                 " streams end with one, %" PRIu32 " of %" PRIu32 " segments begin one\n",
            f->add, f->whole, f->streams, f->on_message, f->starts);
    fprintf(out, "    framing = {at = %" PRIu32 ", size = %u, little = %s, plus = %" PRId64 "},\n", f->at,
            f->form.width, yes(f->form.little), f->add);
}

static void put_records(FILE *out, const struct profile *p, unsigned side)
{
    static const char *const parts[] = {"record", "type", "value"};
    const struct records *r = &p->side[side].records;
    char word[SCAFFOLD_NAME];
    scaffold_word(word, p);
    fprintf(out, "    -- a list to the end of the message; in %" PRIu32 " of %" PRIu32 "\n", r->hits, r->of);
    fprintf(out, "    records = {at = %" PRIu32 ", type = %u, size = %u, little = %s, whole = %s, align = %u,\n", r->at,
            r->type_size, r->length.width, yes(r->length.little), yes(r->whole), r->align);
    for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++)
        fprintf(out, "        %s_field = ProtoField.bytes(\"%s.%s.record%s%s\", \"%s\"),\n", parts[i], word,
                scaffold_sides[side], i ? "." : "", i ? parts[i] : "", parts[i]);
    fputs("    },\n", out);
}

static void put_lines(FILE *out, const struct profile *p, unsigned side)
{
    static const struct {
        const char *name, *bytes;
    } ends[] = {{"CRLF", "\\r\\n"}, {"LF", "\\n"}, {"NUL", "\\0"}};
    const struct text_shape *t = &p->side[side].text;
    char word[SCAFFOLD_NAME];
    scaffold_word(word, p);
    for (size_t i = 0; t->line_end && i < sizeof(ends) / sizeof(ends[0]); i++)
        if (strcmp(ends[i].name, t->line_end) == 0)
            fprintf(out, "    line_end = \"%s\",\n", ends[i].bytes);
    fprintf(out, "    line = ProtoField.string(\"%s.%s.line\", \"line\"),\n", word, scaffold_sides[side]);
    fprintf(out, "    word = ProtoField.string(\"%s.%s.word\", \"first word\"),\n", word, scaffold_sides[side]);
    for (uint32_t i = 0; i < t->n; i++) {
        fputs("    -- ", out);
        scaffold_comment(out, t->v[i].text);
        fprintf(out, ": in %" PRIu32 " of %zu messages\n", t->v[i].n, p->side[side].view.m.n);
    }
}

static uint32_t bytes_behind(const struct fields *f)
{
    return f->n && f->v[f->n - 1].from_end ? f->v[f->n - 1].size : 0;
}

static void put_fields(FILE *out, const struct draft *d, unsigned side)
{
    const struct profile *p = d->profile;
    const struct profile_side *s = &p->side[side];
    fprintf(out, "    behind = %" PRIu32 ", -- bytes at the end that are a field of their own\n",
            bytes_behind(&s->fields));
    for (size_t i = 0; i < s->fields.n; i++)
        if (s->fields.v[i].role == ROLE_TYPE)
            fprintf(out, "    type = %" PRIu32 ", -- where it is\n", s->fields.v[i].at);
    if (lua_cut_of(d, side) != LUA_WHOLE)
        put_framing(out, &s->view.framing);
    if (s->records.found)
        put_records(out, p, side);
}

void lua_write_side(FILE *out, const struct draft *d, unsigned side)
{
    const struct profile *p = d->profile;
    const struct profile_side *s = &p->side[side];
    fprintf(out, "\n-- %zu messages, %" PRIu32 "..%" PRIu32 " bytes\nlocal %s = {\n    name = \"%s\",\n",
            s->view.m.n, s->view.m.n ? s->least : 0, s->most, scaffold_sides[side], scaffold_sides[side]);
    if (s->text.found)
        put_lines(out, p, side);
    else
        put_fields(out, d, side);
    fputs("}\n", out);
    fprintf(out, "%s.fields = {\n", scaffold_sides[side]);
    for (size_t i = 0; i < s->fields.n && !s->text.found; i++)
        put_field(out, p, side, i);
    fputs("}\n", out);
}

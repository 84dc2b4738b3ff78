/* SPDX-License-Identifier: BSD-2-Clause */
/* tshark.c - a process that starts tshark, and counts what it prints. */
#include "trial/tshark.h"

#include "sandbox/sandbox.h"
#include "util/fds.h"
#include "util/xalloc.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

/* PACKETS_MAX: what prints more is no tshark any more, and is ended by its pipe */
enum { NAME = 64, PATH_BYTES = 4096, CPU_SECONDS = 60, WALL_SECONDS = 600, MEMORY_PATH = 32, PACKETS_MAX = 1 << 20 };

/* What is asked for of each packet, in the order of enum column. */
static const char *const columns[] = {"frame.number", "frame.protocols", "tcp.len", "udp.length", "_ws.malformed",
                                      "_ws.lua.error", "tcp.analysis.retransmission", "tcp.reassembled_in"};
enum column { NUMBER, PROTOCOLS, TCP_LEN, UDP_LENGTH, MALFORMED, LUA_ERROR, SENT_AGAIN, REASSEMBLED_IN, COLUMNS };

struct tshark {
    pid_t pid;
    int ask, answer;      /* pipes */
    int script, capture;  /* memory */
    bool confined;
    bool lost; /* an answer did not come; it would be taken for that to the next question */
    char path[PATH_BYTES];
};

struct question {
    char protocol[NAME];
    struct tshark_way way;
};

struct reply {
    struct tshark_result result;
    bool ran;
};

/* --- both sides --------------------------------------------------------------------------------------- */

static bool read_all(int fd, void *to, size_t n)
{
    for (size_t done = 0; done < n;) {
        ssize_t got = read(fd, (char *)to + done, n - done);
        if (got <= 0)
            return false; /* a signal, too: the program is to end */
        done += (size_t)got;
    }
    return true;
}

static bool write_all(int fd, const void *from, size_t n)
{
    for (size_t done = 0; done < n;) {
        ssize_t put = write(fd, (const char *)from + done, n - done);
        if (put <= 0)
            return false;
        done += (size_t)put;
    }
    return true;
}

/* --- the other process -------------------------------------------------------------------------------- */

static _Noreturn void become_tshark(const struct tshark *t, const struct question *q, int out)
{
    char script[MEMORY_PATH + sizeof("lua_script:")], capture[MEMORY_PATH];
    snprintf(script, sizeof(script), "lua_script:/proc/self/fd/%d", t->script);
    snprintf(capture, sizeof(capture), "/proc/self/fd/%d", t->capture);
    /* in two passes, for a segment is to tell which one ends its message; without the protocol the first field fails */
    const char *args[32 + 2 * COLUMNS] = {
        "tshark", "-n", "-2", "-r", capture, "-X", script,
        "-o", q->way.ordered ? "tcp.reassemble_out_of_order:TRUE" : "tcp.reassemble_out_of_order:FALSE",
        "-o", q->way.eager ? "tcp.try_heuristic_first:TRUE" : "tcp.try_heuristic_first:FALSE",
        "-o", q->way.eager ? "udp.try_heuristic_first:TRUE" : "udp.try_heuristic_first:FALSE",
        "-T", "fields", "-E", "separator=/t", "-E", "occurrence=l", "-e", q->protocol,
    };
    size_t n = 0;
    while (args[n])
        n++;
    for (size_t i = 0; i < COLUMNS; i++) {
        args[n++] = "-e";
        args[n++] = columns[i];
    }
    /* nothing of the user's own settings and scripts */
    static const char *const env[] = {"HOME=/nonexistent", "XDG_CONFIG_HOME=/nonexistent",
                                      "WIRESHARK_CONFIG_DIR=/nonexistent", "LC_ALL=C", "TZ=UTC", NULL};
    int null = open("/dev/null", O_RDWR);
    dup2(null, STDIN_FILENO);
    dup2(null, STDERR_FILENO);
    dup2(out, STDOUT_FILENO);
    setrlimit(RLIMIT_CPU, &(struct rlimit){CPU_SECONDS, CPU_SECONDS});
    alarm(WALL_SECONDS); /* which execve(2) leaves */
    if (!t->confined || sandbox_program(t->path))
        execve(t->path, (char *const *)args, (char *const *)env);
    _exit(127);
}

/* Whether a name stands in a list with ':' between. */
static bool lists(const char *list, const char *name)
{
    size_t n = strlen(name);
    for (const char *p = list; (p = strstr(p, name)); p += n)
        if ((p == list || p[-1] == ':') && (p[n] == ':' || p[n] == '\0'))
            return true;
    return false;
}

/* Packets with new payload, in their order. */
struct seen {
    struct packet_seen {
        unsigned long number, in; /* in: the packet that ends its message, 0: itself or none */
        bool claimed;
    } *v;
    size_t n;
};

static struct packet_seen *add_seen(struct seen *s)
{
    if ((s->n & (s->n - 1)) == 0)
        s->v = xrealloc(s->v, s->n ? 2 * s->n : 1, sizeof(*s->v));
    return &s->v[s->n++];
}

static void take_line(struct seen *s, struct tshark_result *r, char *line, const char *protocol)
{
    enum { UDP_HEADER = 8 };
    const char *field[COLUMNS];
    strsep(&line, "\t\n"); /* the protocol itself */
    for (size_t i = 0; i < COLUMNS; i++) {
        const char *next = line ? strsep(&line, "\t\n") : NULL;
        field[i] = next ? next : "";
    }
    bool payload = strtoul(field[TCP_LEN], NULL, 10) > 0 || strtoul(field[UDP_LENGTH], NULL, 10) > UDP_HEADER;
    if (!payload || field[SENT_AGAIN][0]) /* what was sent again is shown to no dissector */
        return;
    struct packet_seen *p = add_seen(s);
    *p = (struct packet_seen){strtoul(field[NUMBER], NULL, 10), strtoul(field[REASSEMBLED_IN], NULL, 10),
                              lists(field[PROTOCOLS], protocol)};
    r->malformed += p->claimed && field[MALFORMED][0];
    r->errors += p->claimed && field[LUA_ERROR][0];
}

static int compare_numbers(const void *a, const void *b)
{
    const struct packet_seen *x = a, *y = b;
    return (x->number > y->number) - (x->number < y->number);
}

/* A segment in the midst of a message is claimed with the one that ends it. */
static void count(const struct seen *s, struct tshark_result *r)
{
    r->packets = s->n;
    for (size_t i = 0; i < s->n; i++) {
        struct packet_seen key = {.number = s->v[i].in};
        const struct packet_seen *end =
            key.number ? bsearch(&key, s->v, s->n, sizeof(key), compare_numbers) : NULL;
        r->claimed += s->v[i].claimed || (end && end->claimed);
    }
}

static void run(const struct tshark *t, const struct question *q, struct reply *reply)
{
    int ends[2], status = 0;
    char *line = NULL;
    size_t room = 0;
    struct seen seen = {0};
    if (pipe2(ends, O_CLOEXEC) != 0)
        return;
    pid_t pid = fork();
    if (pid == 0)
        become_tshark(t, q, ends[1]);
    close(ends[1]);
    FILE *out = fdopen(ends[0], "r");
    while (pid > 0 && out && seen.n < PACKETS_MAX && getline(&line, &room, out) > 0)
        take_line(&seen, &reply->result, line, q->protocol);
    count(&seen, &reply->result);
    free(seen.v);
    free(line);
    if (out)
        fclose(out);
    else
        close(ends[0]);
    reply->ran = pid > 0 && waitpid(pid, &status, 0) == pid && WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

static _Noreturn void serve(const struct tshark *t, int questions, int answers)
{
    struct question q;
    int kept[] = {questions, answers, t->script, t->capture};
    fds_close_others(kept, sizeof(kept) / sizeof(kept[0])); /* no output has another holder */
    signal(SIGPIPE, SIG_IGN);
    while (read_all(questions, &q, sizeof(q))) {
        struct reply reply = {.ran = false};
        q.protocol[NAME - 1] = '\0';
        run(t, &q, &reply);
        if (!write_all(answers, &reply, sizeof(reply)))
            break;
    }
    _exit(0);
}

/* --- the program -------------------------------------------------------------------------------------- */

/* The first that can be started. */
static bool find_program(char out[static PATH_BYTES], const char *path)
{
    while (path && *path) {
        size_t n = strcspn(path, ":");
        if (n && path[0] == '/' && snprintf(out, PATH_BYTES, "%.*s/tshark", (int)n, path) < PATH_BYTES &&
            access(out, X_OK) == 0)
            return true;
        path += n + (path[n] == ':');
    }
    return false;
}

static bool start(struct tshark *t)
{
    int questions[2] = {-1, -1}, answers[2] = {-1, -1};
    t->script = memfd_create("script", 0);
    t->capture = memfd_create("capture", 0);
    bool ready = t->script >= 0 && t->capture >= 0 && pipe2(questions, O_CLOEXEC) == 0 &&
                 pipe2(answers, O_CLOEXEC) == 0;
    t->pid = ready ? fork() : -1;
    if (t->pid == 0)
        serve(t, questions[0], answers[1]);
    if (questions[0] >= 0)
        close(questions[0]);
    if (answers[1] >= 0)
        close(answers[1]);
    t->ask = questions[1];
    t->answer = answers[0];
    return t->pid > 0;
}

struct tshark *tshark_new(const char *path, bool confined)
{
    struct tshark *t = xcalloc(1, sizeof(*t));
    *t = (struct tshark){.pid = -1, .ask = -1, .answer = -1, .script = -1, .capture = -1, .confined = confined};
    if (find_program(t->path, path) && start(t))
        return t;
    tshark_free(t);
    return NULL;
}

void tshark_free(struct tshark *t)
{
    if (!t)
        return;
    const int all[] = {t->ask, t->answer, t->script, t->capture};
    for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++)
        if (all[i] >= 0)
            close(all[i]);
    if (t->pid > 0) {
        kill(t->pid, SIGTERM); /* it may be waiting for a tshark */
        waitpid(t->pid, NULL, 0);
    }
    free(t);
}

static bool hand_over(int fd, const struct buf *b)
{
    for (size_t done = 0; done < b->n;) {
        ssize_t put = pwrite(fd, b->p + done, b->n - done, (off_t)done);
        if (put <= 0)
            return false;
        done += (size_t)put;
    }
    return ftruncate(fd, (off_t)b->n) == 0;
}

bool tshark_ask(struct tshark *t, const struct tshark_trial *trial)
{
    struct question q = {.way = trial->way};
    snprintf(q.protocol, sizeof(q.protocol), "%s", trial->protocol);
    if (t->lost || !hand_over(t->script, trial->script) || !hand_over(t->capture, trial->capture))
        return false;
    t->lost = !write_all(t->ask, &q, sizeof(q));
    return !t->lost;
}

bool tshark_answer(struct tshark *t, struct tshark_result *out)
{
    struct reply reply = {.ran = false};
    t->lost = t->lost || !read_all(t->answer, &reply, sizeof(reply));
    *out = reply.result;
    return reply.ran;
}

bool tshark_try(struct tshark *t, const struct tshark_trial *trial, struct tshark_result *out)
{
    return tshark_ask(t, trial) && tshark_answer(t, out);
}

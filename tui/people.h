/* People on the screen: what waits for this seat's word, boxes of approvals and handovers, the
 * team, the card of a handover, and what a watcher must know. Pure. */
#ifndef TUI_PEOPLE_H
#define TUI_PEOPLE_H

#include "tui/glance.h"
#include "tui/prompt.h"

/* The role of this seat at this moment (it changes with command). */
const char *seat_role(const struct scene *s);

/* The first subject that waits for this seat's word; "" none. */
void seat_subject(const struct scene *s, char *out, size_t size);

/* Approval and handover boxes: what, how, whom; the rest is facts.c's. */
void facts_people(const struct scene *s, enum intent_kind k, struct prompt_facts *f);

/* The same intent as if a subject were there, for the guard. */
void facts_people_fill(const struct scene *s, struct intent *in);

/* What of an open box goes into the intent. */
void prompt_people(const struct prompt *p, struct intent *out);

/* Below the header: the run does not answer, somebody is called, a word is asked for, command
 * moved. */
void notice_people(const struct scene *s, struct glance *g);

/* "LEAD dao" for a pause, "DBA chai (IC anna …" for a rollback: whom the gate's item waits for. */
const char *waits_for(const struct scene *s, const char *item);

/* Over the view: who is who, and the last eight hours for who takes over. */
void draw_team(struct canvas *c, const struct scene *s);
void draw_handover(struct canvas *c, const struct scene *s);

#endif

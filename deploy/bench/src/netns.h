#ifndef TSB_NETNS_H
#define TSB_NETNS_H

#include <err.h>
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define TSB_ETHERTYPE 0x88b5 /* IEEE 802 local experimental: no stack has a handler for it */

/* A device in a named namespace, written "namespace:device". */
struct endpoint {
	char netns[64];
	char device[16];
};

static inline struct endpoint parse_endpoint(const char *text)
{
	struct endpoint e;
	const char *colon = strchr(text, ':');

	if (!colon || colon == text || (size_t)(colon - text) >= sizeof e.netns ||
	    !colon[1] || strlen(colon + 1) >= sizeof e.device)
		errx(2, "not namespace:device: %s", text);
	snprintf(e.netns, sizeof e.netns, "%.*s", (int)(colon - text), text);
	snprintf(e.device, sizeof e.device, "%s", colon + 1);
	return e;
}

/* Sockets and TAPs stay in the namespace they were made in, so the thread may move on at once. */
static inline void enter_netns(const char *name)
{
	char path[128];
	int fd;

	snprintf(path, sizeof path, "/run/netns/%s", name);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0 || setns(fd, CLONE_NEWNET) < 0)
		err(1, "namespace %s", name);
	close(fd);
}

#endif

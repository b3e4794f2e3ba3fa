/* Opening a TAP, for the programs here that relay. */
#pragma once

#include "netns.h"

#include <linux/if.h>
#include <linux/if_tun.h>
#include <stdbool.h>
#include <sys/ioctl.h>

#define VIRTIO_HEADER 12

/* With virtio_header, each frame has one of VIRTIO_HEADER bytes in front. */
static inline int open_tap(const struct endpoint *e, bool virtio_header)
{
	struct ifreq request = { .ifr_flags = IFF_TAP | IFF_NO_PI };
	int fd, size = VIRTIO_HEADER;

	enter_netns(e->netns);
	fd = open("/dev/net/tun", O_RDWR | O_NONBLOCK | O_CLOEXEC);
	if (fd < 0)
		err(1, "/dev/net/tun");
	if (virtio_header)
		request.ifr_flags |= IFF_VNET_HDR;
	memcpy(request.ifr_name, e->device, sizeof e->device);
	if (ioctl(fd, TUNSETIFF, &request) < 0)
		err(1, "%s: TUNSETIFF", e->device);
	if (virtio_header && ioctl(fd, TUNSETVNETHDRSZ, &size) < 0)
		err(1, "%s: TUNSETVNETHDRSZ", e->device);
	return fd;
}

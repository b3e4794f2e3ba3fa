/** Ports whose far side is Java code: for tests and embedders, without privileges and without Linux. */
package io.tapswitch.port.memory;

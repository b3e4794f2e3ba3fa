/**
 * Several daemons as one switch: each in a process of its own, in a network namespace of its own, on one underlay. What is
 * cut, killed or frozen here is real; what is measured is printed.
 */
package io.tapswitch.it.cluster;

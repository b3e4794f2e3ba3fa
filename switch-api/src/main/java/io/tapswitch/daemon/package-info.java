/**
 * The process: {@link io.tapswitch.daemon.DaemonConfig} is what it is told, {@link io.tapswitch.daemon.Daemon} makes
 * every part and hands it to those that need it, by constructors, and takes all down again in reverse.
 */
package io.tapswitch.daemon;

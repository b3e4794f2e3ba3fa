/**
 * The command line: {@code tapswitch run} starts the daemon, every other command is a client of its REST API.
 *
 * <p>A client command is a subclass of {@link io.tapswitch.cli.ClientCommand}: it asks {@link io.tapswitch.cli.ApiClient}
 * for JSON and hands that to {@link io.tapswitch.cli.Output}, as it came with {@code -o json} and {@code -o yaml}, or
 * as a {@link io.tapswitch.cli.Table} or {@link io.tapswitch.cli.Details} for people. Nothing here knows the rules of
 * the switch: the daemon checks, and its problem details become one line on standard error.
 *
 * <p>Everything runs on the main thread, and a start must stay cheap: no Vert.x, no logging, no YAML unless asked for.
 *
 * <p>Exit codes are those of {@link io.tapswitch.cli.ExitCode}.
 */
package io.tapswitch.cli;

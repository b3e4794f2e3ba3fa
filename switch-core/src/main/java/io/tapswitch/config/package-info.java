/**
 * The desired state of a switch, as REST, the configuration file and the state file write it.
 *
 * <p>Every type here is an immutable record that is valid once it exists: unknown keys, wrong types and values out of
 * range raise a {@link io.tapswitch.config.ConfigException} that names the field and the fix.
 */
package io.tapswitch.config;

package io.tapswitch.linux;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class AccountsTest {
    @Test
    void findsUsersAndGroupsByName() throws Exception {
        assertThat(Accounts.userId("root")).isZero();
        assertThat(Accounts.groupId("root")).isZero();
        assertThat(Accounts.userId("nobody"))
                .isEqualTo(Long.parseLong(Shell.run("id -u nobody").trim()));
    }

    @Test
    void takesNumbersAsTheyAre() throws Exception {
        assertThat(Accounts.userId("12345")).isEqualTo(12345);
        assertThat(Accounts.groupId("4294967294")).isEqualTo(4294967294L);
    }

    @Test
    void saysThatTheyDoNotExist() {
        assertThatThrownBy(() -> Accounts.userId("tswt-nobody"))
                .hasMessageContaining("user 'tswt-nobody' does not exist");
        assertThatThrownBy(() -> Accounts.groupId("tswt-nobody"))
                .hasMessageContaining("group 'tswt-nobody' does not exist");
        assertThatThrownBy(() -> Accounts.userId("4294967295")).hasMessageContaining("out of range");
    }
}

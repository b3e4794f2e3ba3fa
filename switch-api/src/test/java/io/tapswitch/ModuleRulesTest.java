package io.tapswitch;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Which package may know of which; see the design, section 2. */
class ModuleRulesTest {
    private static final String[] HTTP = {
        "io.tapswitch.api..", "io.tapswitch.cli..", "io.tapswitch.daemon..",
    };

    private static JavaClasses classes;

    @BeforeAll
    static void read() {
        classes = new ClassFileImporter()
                .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
                .importPackages("io.tapswitch");
    }

    @Test
    void seesAllModules() {
        assertThat(classes.contain("io.tapswitch.bridge.Bridge")).isTrue();
        assertThat(classes.contain("io.tapswitch.linux.RtNetlink")).isTrue();
        assertThat(classes.contain("io.tapswitch.cluster.OverlayDirectories")).isTrue();
        assertThat(classes.contain("io.tapswitch.api.ApiServer")).isTrue();
    }

    @Test
    void onlyLinuxKnowsJna() {
        onlyIn("com.sun.jna..", "io.tapswitch.linux..");
    }

    @Test
    void onlyClusterKnowsHazelcast() {
        onlyIn("com.hazelcast..", "io.tapswitch.cluster..");
    }

    @Test
    void onlyTheApiKnowsHttp() {
        onlyIn("io.vertx.ext.web..", HTTP);
        onlyIn("io.vertx.core.http..", HTTP);
    }

    private static void onlyIn(String library, String... packages) {
        noClasses()
                .that()
                .resideOutsideOfPackages(packages)
                .should()
                .dependOnClassesThat()
                .resideInAPackage(library)
                .check(classes);
    }

    @Test
    void nothingPointsBack() {
        noClasses()
                .that()
                .resideOutsideOfPackages(HTTP)
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(HTTP)
                .check(classes);
        noClasses()
                .that()
                .resideOutsideOfPackages("io.tapswitch.cluster..", "io.tapswitch.daemon..")
                .should()
                .dependOnClassesThat()
                .resideInAPackage("io.tapswitch.cluster..")
                .check(classes);
        noClasses()
                .that()
                .resideInAPackage("io.tapswitch.api..")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("io.tapswitch.cli..", "io.tapswitch.daemon..")
                .check(classes);
    }

    @Test
    void framesKnowNothingButThemselves() {
        noClasses()
                .that()
                .resideInAPackage("io.tapswitch.frame..")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(
                        "io.tapswitch",
                        "io.tapswitch.bridge..",
                        "io.tapswitch.port..",
                        "io.tapswitch.config..",
                        "io.tapswitch.linux..",
                        "io.tapswitch.overlay..",
                        "io.vertx..")
                .check(classes);
    }
}

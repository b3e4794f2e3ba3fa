package io.tapswitch.it;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.extension.ConditionEvaluationResult;
import org.junit.jupiter.api.extension.ExecutionCondition;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.ExtensionContext;

/** Skips a class of tests, printing why, unless this process can make namespaces and TAPs. */
@Target(ElementType.TYPE)
@Retention(RetentionPolicy.RUNTIME)
@ExtendWith(NeedsTap.Condition.class)
public @interface NeedsTap {
    /** Looks at the process. */
    class Condition implements ExecutionCondition {
        @Override
        public ConditionEvaluationResult evaluateExecutionCondition(ExtensionContext context) {
            boolean root = "root".equals(System.getProperty("user.name"));
            if (root && Files.isWritable(Path.of("/dev/net/tun"))) {
                return ConditionEvaluationResult.enabled("root, with /dev/net/tun");
            }
            String reason = root ? "/dev/net/tun is missing" : "not root";
            System.out.println("SKIPPED: " + context.getDisplayName() + ": " + reason);
            return ConditionEvaluationResult.disabled(reason);
        }
    }
}

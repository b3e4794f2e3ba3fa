package io.tapswitch.vm;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.junit.jupiter.api.extension.ConditionEvaluationResult;
import org.junit.jupiter.api.extension.ExecutionCondition;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.ExtensionContext;

/** Skips a class of tests, printing why, unless QEMU is installed and the guest's image is there or can be built. */
@Target(ElementType.TYPE)
@Retention(RetentionPolicy.RUNTIME)
@ExtendWith(NeedsQemu.Condition.class)
public @interface NeedsQemu {
    /** Looks at the machine. */
    class Condition implements ExecutionCondition {
        @Override
        public ConditionEvaluationResult evaluateExecutionCondition(ExtensionContext context) {
            String reason = obstacle();
            if (reason == null) {
                return ConditionEvaluationResult.enabled("QEMU, with an image");
            }
            System.out.println("SKIPPED: " + context.getDisplayName() + ": " + reason);
            return ConditionEvaluationResult.disabled(reason);
        }

        private static String obstacle() {
            if (!Program.exists(Qemu.here().program())) {
                return Qemu.here().program() + " is not installed";
            }
            try {
                GuestImage.get();
                return null;
            } catch (GuestImage.MissingException e) {
                return e.getMessage();
            }
        }
    }
}

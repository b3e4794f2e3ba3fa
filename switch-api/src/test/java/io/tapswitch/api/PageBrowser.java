package io.tapswitch.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import java.util.logging.Level;
import org.openqa.selenium.By;
import org.openqa.selenium.Keys;
import org.openqa.selenium.OutputType;
import org.openqa.selenium.StaleElementReferenceException;
import org.openqa.selenium.WebElement;
import org.openqa.selenium.WindowType;
import org.openqa.selenium.chrome.ChromeDriver;
import org.openqa.selenium.chrome.ChromeDriverService;
import org.openqa.selenium.chrome.ChromeOptions;
import org.openqa.selenium.interactions.Actions;
import org.openqa.selenium.logging.LogType;
import org.openqa.selenium.logging.LoggingPreferences;

/**
 * Headless Chromium with the page in it. Whoever asks for something on the page waits until it is there. Pictures go to
 * {@code target/screenshots}.
 */
final class PageBrowser implements AutoCloseable {
    private static final Path PICTURES = Path.of("target", "screenshots");
    private static final Duration PATIENCE = Duration.ofSeconds(40);

    private static final long PAUSE_MILLIS = 30;

    private final ChromeDriver driver;
    private String base = "";

    private PageBrowser(ChromeDriver driver) {
        this.driver = driver;
    }

    /** Starts it; where it is not installed, the test is skipped. */
    static PageBrowser open() {
        Path chromium = program("chromium");
        Path driver = program("chromedriver");
        assumeTrue(
                chromium != null && driver != null, "needs chromium and chromedriver: deploy/verify.sh installs them");
        ChromeOptions options = new ChromeOptions();
        options.setBinary(chromium.toFile());
        options.addArguments("--headless=new", "--no-sandbox", "--disable-gpu", "--hide-scrollbars");
        LoggingPreferences logs = new LoggingPreferences();
        logs.enable(LogType.BROWSER, Level.SEVERE);
        options.setCapability("goog:loggingPrefs", logs);
        ChromeDriverService service = new ChromeDriverService.Builder()
                .usingDriverExecutable(driver.toFile())
                .build();
        return new PageBrowser(new ChromeDriver(service, options));
    }

    private static Path program(String name) {
        for (String directory : System.getenv("PATH").split(":")) {
            Path file = Path.of(directory, name);
            if (Files.isExecutable(file)) {
                return file;
            }
        }
        return null;
    }

    /** Goes to the page of a switch that listens on this port of loopback, as somebody who was never here. */
    void visit(int port) {
        base = "http://127.0.0.1:" + port + "/";
        driver.get("about:blank");
        driver.manage().deleteAllCookies();
        show(1280, 900, "light");
        driver.get(base);
    }

    /** The size of the window, and {@code light} or {@code dark} as the system prefers. */
    void show(int width, int height, String scheme) {
        driver.executeCdpCommand(
                "Emulation.setDeviceMetricsOverride",
                Map.of("width", width, "height", height, "deviceScaleFactor", 1, "mobile", false));
        driver.executeCdpCommand(
                "Emulation.setEmulatedMedia",
                Map.of("features", List.of(Map.of("name", "prefers-color-scheme", "value", scheme))));
    }

    /** Opens an address of the page, behind its host, as a link does; the page is loaded anew. */
    void open(String address) {
        driver.get("about:blank");
        driver.get(base + address);
    }

    /** Goes to a view by its address, and waits for its heading. */
    void go(String address, String heading) {
        driver.get(base + "#/" + address);
        await("h1", heading);
    }

    String address() {
        return driver.getCurrentUrl();
    }

    void logIn(String token) {
        element("#token").clear();
        element("#token").sendKeys(token, Keys.ENTER);
    }

    WebElement element(String selector) {
        return until(
                () -> "no " + selector + " on\n" + text("body"),
                () -> driver.findElements(By.cssSelector(selector)).stream()
                        .filter(WebElement::isDisplayed)
                        .findFirst()
                        .orElse(null));
    }

    /** What the page has once it has it. The page draws itself anew all the time, so an element may go while it is read. */
    private static <T> T until(Supplier<String> otherwise, Supplier<T> there) {
        long end = System.nanoTime() + PATIENCE.toNanos();
        while (System.nanoTime() < end) {
            try {
                T found = there.get();
                if (found != null) {
                    return found;
                }
                Thread.sleep(PAUSE_MILLIS);
            } catch (StaleElementReferenceException e) {
                // Look again.
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
        }
        throw new AssertionError(otherwise.get());
    }

    int count(String selector) {
        return driver.findElements(By.cssSelector(selector)).size();
    }

    void click(String selector) {
        element(selector).click();
    }

    /** Clicks the button with these words. */
    void press(String words) {
        until(
                        () -> "no button '" + words + "' on\n" + text("body"),
                        () -> driver.findElements(By.tagName("button")).stream()
                                .filter(button -> button.isDisplayed() && button.isEnabled())
                                .filter(button -> button.getText().equals(words))
                                .reduce((first, last) -> last)
                                .orElse(null))
                .click();
    }

    void type(String selector, String text) {
        element(selector).sendKeys(text);
    }

    void choose(String selector, String value) {
        element(selector + " option[value='" + value + "']").click();
    }

    /** What is written there now, from the document, so that nothing that scrolls out of sight is missed. */
    String text(String selector) {
        return (String) run("return document.querySelector(arguments[0])?.textContent ?? ''", selector);
    }

    /** Waits until this is written there. */
    void await(String selector, String text) {
        until(
                () -> "no '" + text + "' in " + selector + ", but: " + text(selector),
                () -> text(selector).contains(text) ? text : null);
    }

    /** Waits until a number of the page's is as wanted. */
    void awaitCount(String selector, int count) {
        until(
                () -> count(selector) + " of " + selector + ", not " + count,
                () -> count(selector) == count ? selector : null);
    }

    /** Waits until a script says true. */
    void awaitCondition(String script) {
        until(() -> "not so: " + script, () -> Boolean.TRUE.equals(run(script)) ? script : null);
    }

    /** Waits until the element with this id has the focus. */
    void awaitFocus(String id) {
        until(
                () -> "the focus is on '" + run("return document.activeElement.id") + "', not on '" + id + "'",
                () -> id.equals(run("return document.activeElement.id")) ? id : null);
    }

    /** Presses a key so often. */
    void press(Keys key, int times) {
        new Actions(driver).sendKeys(key.toString().repeat(times)).perform();
    }

    /** Every address that the back button leads to, and the present one. */
    List<String> history() {
        return ((List<?>) driver.executeCdpCommand("Page.getNavigationHistory", Map.of())
                        .get("entries"))
                .stream()
                        .map(entry -> String.valueOf(((Map<?, ?>) entry).get("url")))
                        .toList();
    }

    /** Puts another tab in front of the page while something is done. */
    void hideWhile(Runnable action) {
        String page = driver.getWindowHandle();
        driver.switchTo().newWindow(WindowType.TAB);
        action.run();
        driver.close();
        driver.switchTo().window(page);
    }

    Object run(String script, Object... arguments) {
        return driver.executeScript(script, arguments);
    }

    /** Saves a picture of what the window shows. */
    void picture(String name) throws IOException {
        Files.createDirectories(PICTURES);
        Files.write(PICTURES.resolve(name + ".png"), driver.getScreenshotAs(OutputType.BYTES));
    }

    /** Fails if the browser had to complain of the page: of a script, or of something that its policy forbids. */
    void assertNoComplaints() {
        assertThat(driver.manage().logs().get(LogType.BROWSER).getAll())
                .filteredOn(entry -> !entry.getMessage().contains("Failed to load resource"))
                .isEmpty();
    }

    @Override
    public void close() {
        driver.quit();
    }
}

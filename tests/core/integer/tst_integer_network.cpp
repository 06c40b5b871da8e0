#include <QTest>
class TestIntegerNetwork : public QObject {
    Q_OBJECT
};
QTEST_APPLESS_MAIN(TestIntegerNetwork)
#include "tst_integer_network.moc"

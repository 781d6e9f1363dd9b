"""What analysts write: typologies, the trades' names and notes, after public reporting on the field.

No note holds a value: the client refuses one that looks like a phone, card or ID number.
"""

from random import Random

from demo.roster import AGENCY, CREDIT

TYPOLOGIES = {
    CREDIT: (
        ("anti_collection", 34),
        ("illegal_complaint_agency", 20),
        ("credit_repair_fraud", 14),
        ("illegal_loan_broker", 12),
        ("forged_material", 8),
        ("impersonation", 7),
        ("induced_loan_fraud", 5),
        ("debt_disruption", 4),
    ),
    AGENCY: (
        ("illegal_surrender_agency", 42),
        ("illegal_complaint_agency", 36),
        ("forged_material", 12),
        ("anti_collection", 6),
        ("impersonation", 4),
    ),
}

_PLACES = ("海纳", "正衡", "安泽", "鼎诺", "众和", "立信通", "信达安", "汇融", "博众", "天佑", "启明", "德邻")
_TRADES = {
    "anti_collection": ("法务咨询", "债务优化中心", "反催收联盟", "上岸互助社"),
    "illegal_complaint_agency": ("维权服务部", "法律咨询", "代理投诉工作室", "退费工作室"),
    "credit_repair_fraud": ("征信修复中心", "信用管理", "征信铲单工作室"),
    "illegal_loan_broker": ("金融服务部", "助贷中心", "信贷咨询"),
    "forged_material": ("材料包装部", "代办服务社", "证明代开点"),
    "impersonation": ("客服外包组", "代接电话组"),
    "induced_loan_fraud": ("提额中心", "注销校园贷专线", "贷款解冻专员"),
    "debt_disruption": ("维权互助会", "债友联盟"),
    "illegal_surrender_agency": ("全额退保中心", "保单服务部", "退保维权联盟"),
}
_NOTES = {
    "anti_collection": (
        "来电人自称“{gang}”法务，拒绝核身，要求停息挂账并个性化分期六十期，话术与既往模板一致。",
        "同一人代多名客户来电协商还款，开口即引用监管投诉条款，怀疑为“{gang}”代理。",
        "客户承认向“{gang}”支付服务费后被教唆停止还款，现已失联。",
        "短视频评论区引流，承诺逾期铲单、停催收，客服导流至微信。",
        "来电人在催收过程中反复诱导坐席情绪失控并录音，随后以录音要挟减免。",
    ),
    "illegal_complaint_agency": (
        "多封投诉信措辞雷同，仅替换姓名与金额，代理人指向“{gang}”。",
        "投诉人陈述与客户本人不符，客户表示不知情，系“{gang}”代为投诉。",
        "“{gang}”以退息退费为名收取高额佣金，客户交出了证件与电话卡。",
        "黑猫投诉平台批量发帖，文案与退费教程一致。",
    ),
    "credit_repair_fraud": (
        "客户称“{gang}”收费后可修复征信，按其指导提交虚假异议申请。",
        "异议材料中的贫困证明格式雷同，疑为“{gang}”统一制作。",
        "闲鱼店铺售卖征信修复教程，买家被要求提供人行征信报告。",
    ),
    "illegal_loan_broker": (
        "“{gang}”冒用本机构名义发放广告，收取前期手续费后失联。",
        "多名申请人由同一中介指导填写，单位与联系人高度集中。",
        "中介承诺内部渠道包过，按放款额收取高额点位。",
    ),
    "forged_material": (
        "提交的困难证明公章为伪造，与“{gang}”过往材料同版。",
        "病历与流水由同一模板生成，元数据一致。",
        "监管来函系伪造，编号规则与真实公文不符。",
    ),
    "impersonation": (
        "声纹显示同一人冒充多名客户致电，均能答出部分核身信息。",
        "呼叫转移后由他人接听劝阻电话，应答与客户本人明显不符。",
        "来电人冒充客户家属要求减免，录音聚类与“{gang}”成员一致。",
    ),
    "induced_loan_fraud": (
        "客户在“{gang}”远程指导下申请借款，资金随即转出。",
        "以注销校园贷为名诱导借款，客户已开启屏幕共享。",
        "劝阻坐席致电时客户表示正与“专员”通话，系典型诱导。",
    ),
    "debt_disruption": (
        "“{gang}”在群内组织多名债务人同一时段集中来电，占用投诉渠道。",
        "同一话术短时间内由多个号码轮番拨打，要求统一减免方案，疑由“{gang}”煽动。",
    ),
    "illegal_surrender_agency": (
        "“{gang}”承诺全额退保，先劝客户投诉销售误导，再推荐他司产品。",
        "客户保单资料被“{gang}”掌握，代写投诉信并寄往监管部门。",
        "同一代理人一周内代多名投保人来电要求全额退保。",
    ),
}
_VICTIM_NOTES = (
    "客户被收取服务费，证件与电话卡在对方手中，已提示风险并建议报警。",
    "客户按对方指导拒接电话，家属反映其被误导，列为潜在被害人。",
    "同一客户在他处被劝阻后又来申请，疑被带往下一家机构。",
)
_COMMON_NOTES = (
    "来电情绪激动，反复要求转接投诉专员，原因待核。",
    "坐席标记异常来电，未能核实身份，留存待观察。",
    "回访时由他人接听，声称受托处理，拒绝出示授权。",
    "客户自述在网上看到教程后尝试协商，暂列存疑。",
    "夜间多次来电咨询结清证明，语速与用词疑为话术。",
)
_NOISE_NOTES = {
    "recycled": ("号码曾出现在旧线索中，现机主称刚办理该号。", "号码归属发生变更，线索时间较早，待复核。"),
    "family": ("预留号码与另一名客户相同，自称家人代办。", "父母代子女来电咨询还款安排。"),
    "switchboard": ("来电显示为律所总机，自称受托人，分机不详。", "律师函所留联系方式为总机。"),
    "practice": ("来电人自称执业律师，出示委托书，身份待核。", "同一代理人代多名客户协商，收费与资质不明。"),
    "courier": ("客户所留号码为快递公司客服，疑误填。", "来电显示为快递取件通知号码，与催收通话同日出现。"),
    "delivery": ("回拨为外卖骑手，称代客户取件。", "联系人号码接通后为送货员，与客户无关联。"),
    "callcentre": ("来电为外呼中心号段，自称受委托回访，未出示委托书。", "同一外呼线路多次致电客户，身份待核。"),
    "hotline": ("客户提供的回拨号码为公共服务热线，疑录入有误。", "来电显示疑被改号为公共热线。"),
    "complainant": ("客户本人投诉息费计算，诉求合理，已转客服跟进。", "客户自行投诉，未见代理迹象，登记备查。"),
}


def gang_name(rng: Random, typology: str) -> str:
    """A trade name as it stands in adverts."""
    return rng.choice(_PLACES) + rng.choice(_TRADES[typology])


def gang_note(rng: Random, typology: str, name: str, role: str) -> str:
    """What an analyst writes about a gang or its victim; about half write nothing."""
    if rng.random() < 0.5:
        return ""
    return rng.choice(_VICTIM_NOTES if role == "victim" else _NOTES[typology]).format(gang=name)


def common_note(rng: Random) -> str:
    """A note on somebody who may be nobody; most have none."""
    return rng.choice(_COMMON_NOTES) if rng.random() < 0.3 else ""


def noise_note(rng: Random, shape: str) -> str:
    """A note on a value that recurs for an innocent reason."""
    return rng.choice(_NOISE_NOTES[shape])


def typology(rng: Random, circle: str) -> str:
    """A typology, as often as its circle sees it."""
    codes, weights = zip(*TYPOLOGIES[circle], strict=True)
    return str(rng.choices(codes, weights)[0])
